"""Production mode: what it refuses, each with the remedy, and what it accepts."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from backend.auth import make_signing_key_pem
from backend.config import Settings
from backend.production import SettingsError, demand_fit, read_settings
from tests.backend.test_main import command
from tests.support.service import TestDatabase, running_service

RANDOM = SecretStr(secrets.token_urlsafe(32))
FIT: dict[str, Any] = {
    "mode": "production",
    "database_url": SecretStr("postgresql://visio_api:vYw3-pq9ZQ_tR@db.example/visio"),
    "openvidu_url": "https://openvidu.example",
    "openvidu_secret": RANDOM,
    "openvidu_webhook_secret": RANDOM,
    "public_url": "https://visio.example",
    "signing_keys": SecretStr("PEM, read when the service starts"),
    "refresh_key": SecretStr(secrets.token_urlsafe(32)),
    "totp_key": SecretStr(secrets.token_urlsafe(32)),
    "smtp_host": "mail.example",
    "mail_from": "visio@example.org",
}


def refused(**members: Any) -> list[str]:
    """The lines of the refusal of fit settings with some changed."""
    with pytest.raises(SettingsError) as caught:
        demand_fit(Settings(**{**FIT, **members}))
    head, *lines = str(caught.value).splitlines()
    assert head.startswith("production mode")
    return lines


def test_fit_settings_are_accepted() -> None:
    """So that each refusal below is about the one thing it changes."""
    demand_fit(Settings(**FIT))
    demand_fit(Settings(**{**FIT, "smtp_host": "localhost", "smtp_security": "none"}))
    demand_fit(Settings(**{**FIT, "database_url": SecretStr("postgresql:///visio?host=/run/postgresql")}))


def test_development_accepts_everything() -> None:
    """The demo has none of it."""
    demand_fit(Settings(database_url=SecretStr("postgresql://visio_api:visio@h/c")))


@pytest.mark.parametrize("password", ["", ":visio", ":postgres", ":demo-visio", ":visio_api"])
def test_a_default_database_password_is_refused(password: str) -> None:
    """For both log-in roles; the remedy says how to give them one."""
    dsn = SecretStr(f"postgresql://visio_api{password}@db.example/visio")
    lines = refused(database_url=dsn)
    assert [line.partition(":")[0] for line in lines] == ["VISIO_DATABASE_URL", "VISIO_JOBS_DATABASE_URL"]
    assert "VISIO_LOGIN_PASSWORD" in lines[0]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("openvidu_secret", "MY_SECRET"),
        ("openvidu_secret", "demo-visio"),
        ("openvidu_secret", "short-but-odd"),
        ("openvidu_secret", "a" * 40),
        ("refresh_key", "a" * 40),
        ("totp_key", "0123" * 10),
    ],
)
def test_a_default_or_weak_secret_is_refused(name: str, secret: str) -> None:
    """Without repeating it."""
    (line,) = refused(**{name: SecretStr(secret)})
    assert line.startswith(f"VISIO_{name.upper()}: easy to guess")
    assert secret not in line


def test_a_default_hook_secret_is_refused() -> None:
    """Sixteen characters of one kind are no secret."""
    (line,) = refused(openvidu_webhook_secret=SecretStr("0123012301230123"))
    assert line.startswith("VISIO_OPENVIDU_WEBHOOK_SECRET: easy to guess")
    assert "OPENVIDU_WEBHOOK_HEADERS" in line


@pytest.mark.parametrize("url", ["http://openvidu.example", "openvidu.example", None])
def test_an_open_or_missing_media_server_is_refused(url: str | None) -> None:
    """Its secret goes along with every request."""
    (line,) = refused(openvidu_url=url)
    assert line.startswith("VISIO_OPENVIDU_URL: ")
    assert "https://" in line


@pytest.mark.parametrize("url", ["http://visio.example", None])
def test_an_open_or_missing_address_is_refused(url: str | None) -> None:
    """Passwords travel to it."""
    (line,) = refused(public_url=url)
    assert line.startswith("VISIO_PUBLIC_URL: ")
    assert "https://" in line or "TLS" in line


@pytest.mark.parametrize("name", ["signing_keys", "refresh_key", "totp_key"])
def test_a_missing_key_is_refused(name: str) -> None:
    """And how to make one is said."""
    (line,) = refused(**{name: None})
    assert line.startswith(f"VISIO_{name.upper()}: missing")
    assert "make-keys" in line


def test_a_missing_media_secret_is_refused() -> None:
    """An address alone starts no meeting."""
    (line,) = refused(openvidu_secret=None)
    assert line.startswith("VISIO_OPENVIDU_SECRET: missing")


def test_a_missing_mail_server_is_refused() -> None:
    """Nobody could be invited or get a new password."""
    (line,) = refused(smtp_host=None, mail_from=None)
    assert line.startswith("VISIO_SMTP_HOST: ")
    assert "VISIO_MAIL_FROM" in line


def test_mail_in_clear_over_the_network_is_refused() -> None:
    """Codes are in it; a relay on this machine may do without."""
    (line,) = refused(smtp_security="none")
    assert line.startswith("VISIO_SMTP_SECURITY: ")


def test_an_open_company_log_in_is_refused() -> None:
    """Whoever stands between could sign in as anybody."""
    oidc = {"oidc_client_id": "mikl", "oidc_client_secret": RANDOM}
    (line,) = refused(oidc_issuer="http://login.example", **oidc)
    assert line.startswith("VISIO_OIDC_ISSUER: not https")
    demand_fit(Settings(**{**FIT, "oidc_issuer": "https://login.example", **oidc}))


def test_everything_wrong_is_said_at_once() -> None:
    """One start, one list."""
    with pytest.raises(SettingsError) as caught:
        demand_fit(Settings(mode="production", database_url=FIT["database_url"]))
    assert len(str(caught.value).splitlines()) == 8


def test_the_demos_people_are_refused(database: TestDatabase) -> None:
    """Their password is public: the service does not start beside them, and does without."""
    fit = {**FIT, "signing_keys": SecretStr(make_signing_key_pem()), "openvidu_secret": None}
    del fit["database_url"], fit["openvidu_url"], fit["openvidu_secret"], fit["smtp_host"]
    with pytest.raises(RuntimeError, match="did not start"), running_service(database, **fit):
        pass
    database.admin("update auth.users set email = 'was-' || email")
    with running_service(database, **fit):
        pass


def test_the_command_line_refuses_in_words(tmp_path: Path) -> None:
    """`serve`, `seed-demo` and the demo's own service; with the file that says production."""
    file = tmp_path / "service.toml"
    file.write_text(
        'mode = "production"\ndatabase_url = "postgresql://visio_api:visio@h/c"\n', encoding="utf-8"
    )
    served = command("--config", str(file), "serve")
    assert served.returncode == 1
    assert "VISIO_SMTP_HOST: no mail server" in served.stderr
    assert "Traceback" not in served.stderr
    seeded = command("--config", str(file), "seed-demo")
    assert seeded.returncode == 1
    assert "public password" in seeded.stderr


def test_keys_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files for their owner alone, and the lines for the settings file; never overwritten."""
    made = command("make-keys", "--out", str(tmp_path / "keys"))
    assert made.returncode == 0, made.stderr
    files = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["refresh_key", "signing_keys", "totp_key"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert not any(path.read_text(encoding="utf-8") in made.stdout for path in files)
    config = tmp_path / "service.toml"
    config.write_text(made.stdout + 'database_url = "postgresql://visio_api@h/c"\n', encoding="utf-8")
    monkeypatch.setenv("VISIO_CONFIG", str(config))
    settings = read_settings()
    assert settings.signing_keys is not None
    assert settings.signing_keys.get_secret_value().startswith("-----BEGIN PRIVATE KEY-----")
    before = [path.read_bytes() for path in files]
    assert command("make-keys", "--out", str(tmp_path / "keys")).returncode == 1
    assert [path.read_bytes() for path in files] == before
