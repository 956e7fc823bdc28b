"""The log-in card's rules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend_client.errors import ApiErrorCode
from backend_client.models import Role, User
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.sign_in import SignInViewModel
from tests.support.fakes import ALICE, MIKL, FakeSignIn
from tests.support.waiting import until


@pytest.fixture
def port() -> FakeSignIn:
    """A service that knows MiKL."""
    return FakeSignIn()


@pytest.fixture
async def model(port: FakeSignIn, english: Language) -> AsyncIterator[SignInViewModel]:
    """The Hub's log-in card."""
    made = SignInViewModel(
        port,
        english,
        product="MiKL Hub",
        server="https://visio.example",
        role=Role.OPERATOR,
        other_product="MiKL Visio",
        persistent=True,
    )
    yield made
    await made.close()


async def test_the_right_password_signs_in(model: SignInViewModel) -> None:
    heard: list[User] = []
    model.signed_in.connect(heard.append)
    model.sign_in(" mikl@demo.visio ", "demo-visio", stay_signed_in=True)
    assert model.state.busy
    await until(lambda: heard)
    assert heard == [MIKL]
    await until(lambda: not model.state.busy)


async def test_a_wrong_password_is_said_without_telling_which_was_wrong(model: SignInViewModel) -> None:
    model.sign_in("mikl@demo.visio", "wrong", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error == text_for(ApiErrorCode.INVALID_CREDENTIALS)
    assert model.state.email == "mikl@demo.visio"
    model.edited()
    assert model.state.error is None


async def test_empty_fields_are_named_and_nothing_is_sent(model: SignInViewModel) -> None:
    model.sign_in("", "", stay_signed_in=True)
    assert model.state.email_error
    assert model.state.password_error
    assert not model.state.busy


async def test_a_client_is_sent_to_the_other_app(model: SignInViewModel, port: FakeSignIn) -> None:
    port.user = ALICE
    model.sign_in(ALICE.email, "demo-visio", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error is not None
    assert "MiKL Visio" in model.state.error.sentence
    assert port.signed_out == 1


async def test_a_service_that_is_away_is_said(model: SignInViewModel, port: FakeSignIn) -> None:
    port.fail_with = ApiErrorCode.UNREACHABLE
    model.sign_in("mikl@demo.visio", "demo-visio", stay_signed_in=True)
    await until(lambda: not model.state.busy)
    assert model.state.error == text_for(ApiErrorCode.UNREACHABLE)


async def test_an_ended_session_is_said_in_the_language_of_the_moment(
    model: SignInViewModel, english: Language
) -> None:
    model.session_ended()
    source = model.state.notice
    english.use("fr")
    assert source
    assert model.state.notice not in ("", source)


async def test_a_machine_without_a_secret_store_says_so(port: FakeSignIn, english: Language) -> None:
    model = SignInViewModel(
        port, english, product="", server="", role=Role.OPERATOR, other_product="", persistent=False
    )
    assert not model.state.can_stay_signed_in
    assert model.state.store_note
