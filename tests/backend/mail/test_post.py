"""Handing over: what counts as sent, what comes back later, what never."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from backend.config import Settings
from backend.jobs import JobPostponedError
from backend.mail.messages import compose
from backend.mail.post import MailRefusedError, SmtpPost
from tests.backend.mail.letters_of import PUBLIC_URL, SENDER, material
from tests.backend.mail.mail_server import LOGIN, mail_server, make_certificate

ALICE = "alice@demo.visio"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the mail server."""
    return make_certificate(tmp_path_factory.mktemp("tls") / "mail.pem")


def post(port: int, timeout_s: float = 5.0, **settings: Any) -> SmtpPost:
    """To the server of the test."""
    chosen: dict[str, Any] = {
        "database_url": SecretStr("postgresql://nowhere"),
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": SENDER,
        **settings,
    }
    return SmtpPost(Settings(**chosen), timeout_s=timeout_s)


def message(email: str = ALICE) -> EmailMessage:
    """One that may go out."""
    written = material("mail.password-changed", email=email)
    return compose(
        "mail.password-changed", written, name="<1@mikl.example>", sender=SENDER, public_url=PUBLIC_URL
    )


async def test_a_message_is_handed_over_in_clear_on_loopback() -> None:
    """The same one, to the recipient alone."""
    async with mail_server() as server:
        await post(server.port).send(message(), ALICE)
    (taken,) = server.taken
    assert taken["Message-ID"] == "<1@mikl.example>"
    assert server.encrypted == [False]


@pytest.mark.parametrize("tls_at_once", [True, False])
async def test_a_message_goes_by_tls_after_login(certificate: Path, tls_at_once: bool) -> None:
    """With a private authority, at once and by STARTTLS."""
    login: dict[str, Any] = {"smtp_user": LOGIN[0], "smtp_password": SecretStr(LOGIN[1])}
    async with mail_server(certificate, tls_at_once=tls_at_once, login=True) as server:
        security = "tls" if tls_at_once else "starttls"
        await post(server.port, smtp_security=security, smtp_ca=certificate, **login).send(message(), ALICE)
    assert server.encrypted == [True]


async def test_a_server_that_is_not_the_one_gets_nothing(certificate: Path) -> None:
    """Unknown authority, STARTTLS taken away, wrong password: later; nothing goes in clear."""
    login: dict[str, Any] = {"smtp_user": LOGIN[0], "smtp_password": SecretStr("wrong")}
    async with mail_server(certificate) as server:
        with pytest.raises(JobPostponedError):
            await post(server.port, smtp_security="starttls").send(message(), ALICE)
    async with mail_server() as plain:
        with pytest.raises(JobPostponedError):
            await post(plain.port, smtp_security="starttls").send(message(), ALICE)
    async with mail_server(certificate, login=True) as strict:
        with pytest.raises(JobPostponedError, match="535") as caught:
            await post(strict.port, smtp_security="starttls", smtp_ca=certificate, **login).send(
                message(), ALICE
            )
        assert "wrong" not in str(caught.value)
    assert server.taken == plain.taken == strict.taken == []


async def test_a_4xx_comes_again_and_a_5xx_never() -> None:
    """To the recipient and to the content; the code is told, the text (with addresses) is not."""
    async with mail_server() as server:
        for at in (server.replies, server.recipient_replies):
            at.append("451 alice@demo.visio is busy")
            with pytest.raises(JobPostponedError, match=r"^smtp 451$"):
                await post(server.port).send(message(), ALICE)
            at.append("550 alice@demo.visio is nobody")
            with pytest.raises(MailRefusedError, match=r"^smtp 550$") as caught:
                await post(server.port).send(message(), ALICE)
            assert caught.value.smtp_code == 550
    assert server.taken == []


async def test_without_an_answer_it_comes_again() -> None:
    """Cut after DATA, silent after DATA, not there at all."""
    async with mail_server() as server:
        server.replies += ["drop", "hang"]
        with pytest.raises(JobPostponedError, match="Disconnected"):
            await post(server.port).send(message(), ALICE)
        with pytest.raises(JobPostponedError, match="Timeout"):
            await post(server.port, timeout_s=0.1).send(message(), ALICE)
    assert len(server.taken) == 1
    with pytest.raises(JobPostponedError, match="Connect"):
        await post(server.port).send(message(), ALICE)


async def test_an_address_beyond_ascii() -> None:
    """By SMTPUTF8."""
    async with mail_server() as server:
        await post(server.port).send(message("zoë@demo.visio"), "zoë@demo.visio")
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "mail"},
        {"smtp_host": "mail", "mail_from": "a@b.example\nBcc: c@d.example"},
        {"smtp_user": "u"},
        {"smtp_user": "u", "smtp_password": SecretStr("p"), "smtp_security": "none"},
    ],
)
def test_half_settings_are_refused(wrong: dict[str, Any]) -> None:
    """At the start, not at the first mail."""
    with pytest.raises(ValidationError):
        Settings(database_url=SecretStr("postgresql://nowhere"), **wrong)
