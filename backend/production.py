"""What the service refuses to run with in production: demo secrets, open lines, missing parts.

`VISIO_MODE=production` is for installations with real people. Everything wrong is named at once,
each with what to do; nothing of a secret is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr, ValidationError

from backend.config import Settings
from backend.demo_accounts import PASSWORD
from resources.brand import ENVIRONMENT_PREFIX

SECRET_MIN = 16
_DIFFERENT_CHARACTERS_MIN = 8
WELL_KNOWN = frozenset(
    {
        PASSWORD,
        # The values that OpenVidu's and PostgreSQL's own guides use.
        *("MY_SECRET", "YOUR_SECRET", "OPENVIDU_SECRET", "postgres", "visio", "openvidu"),
        *("admin", "changeme", "change-me", "password", "secret", "visio_api", "visio_jobs"),
    }
)
"""Passwords that stand in public guides: everybody tries them first."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAKE_KEYS = "`python -m backend make-keys --out DIR` makes one"


class SettingsError(ValueError):
    """The service cannot run with these settings; the message has one line for each that is wrong."""


def read_settings() -> Settings:
    """The settings of this process, fit for their mode.

    Raises:
        SettingsError: a setting is missing or wrong, or unfit for production.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_said(item["loc"], item["msg"]) for item in error.errors())) from None
    demand_fit(settings)
    return settings


def demand_fit(settings: Settings) -> None:
    """Refuse what must not meet real people; in development mode nothing is refused.

    Raises:
        SettingsError: as `read_settings`.
    """
    if settings.mode == "production":
        wrong = list(refusals(settings))
        if wrong:
            raise SettingsError("\n".join(["production mode refuses these settings:", *wrong]))


def refusals(settings: Settings) -> Iterator[str]:
    """Everything that is unfit for production, one line each: setting, what is wrong, what to do."""
    yield from _database(settings)
    yield from _media(settings)
    yield from _address(settings)
    yield from _keys(settings)
    yield from _mail(settings)
    yield from _company(settings)


def _database(settings: Settings) -> Iterator[str]:
    for name, dsn in (
        ("database_url", settings.database_url.get_secret_value()),
        ("jobs_database_url", settings.jobs_dsn),
    ):
        parts = urlsplit(dsn)
        password = unquote(parts.password or "")
        # Without a host the line is a socket, where the system knows who is calling.
        if password in WELL_KNOWN or (not password and parts.hostname not in {None, *_LOOPBACK}):
            yield _line(
                name,
                "its password is missing or stands in public guides",
                "give the log-in roles another: VISIO_LOGIN_PASSWORD with `python -m backend migrate`",
            )


def _media(settings: Settings) -> Iterator[str]:
    if settings.openvidu_url is None:
        yield _line("openvidu_url", "no media server", "give OpenVidu's https:// address")
    elif not settings.openvidu_url.startswith("https://"):
        yield _line(
            "openvidu_url",
            "not https: OpenVidu's secret would travel in clear",
            "give its https:// address, and VISIO_OPENVIDU_CA where the authority is a private one",
        )
    yield from _secret(
        "openvidu_secret", settings.openvidu_secret, "set OPENVIDU_SECRET in OpenVidu's .env to a random one"
    )
    if settings.openvidu_webhook_secret is not None:
        yield from _secret(
            "openvidu_webhook_secret",
            settings.openvidu_webhook_secret,
            "set a random one here and in OPENVIDU_WEBHOOK_HEADERS",
        )


def _address(settings: Settings) -> Iterator[str]:
    if settings.public_url is None:
        yield _line(
            "public_url",
            "missing: tokens and mailed links name it",
            "give the https:// address of the service",
        )
    elif not settings.public_url.startswith("https://"):
        yield _line(
            "public_url",
            "not https: passwords would travel in clear",
            "put TLS in front and give that address",
        )


def _keys(settings: Settings) -> Iterator[str]:
    if settings.signing_keys is None:
        yield _line("signing_keys", "missing", MAKE_KEYS)
    for name, key in (("refresh_key", settings.refresh_key), ("totp_key", settings.totp_key)):
        yield from _secret(name, key, MAKE_KEYS)


def _mail(settings: Settings) -> Iterator[str]:
    if settings.smtp_host is None:
        yield _line(
            "smtp_host",
            "no mail server: invitations and new passwords could not be sent",
            "give one, and VISIO_MAIL_FROM",
        )
    elif settings.smtp_security == "none" and settings.smtp_host not in _LOOPBACK:
        yield _line(
            "smtp_security",
            "`none` sends codes in clear over the network",
            "use `starttls` or `tls`; `none` is for a relay on this machine",
        )


def _company(settings: Settings) -> Iterator[str]:
    if settings.oidc_issuer is not None and not settings.oidc_issuer.startswith("https://"):
        yield _line(
            "oidc_issuer", "not https: anybody between could sign in as anybody", "give its https:// address"
        )


def _secret(name: str, secret: SecretStr | None, remedy: str) -> Iterator[str]:
    if secret is None:
        yield _line(name, "missing", remedy)
        return
    value = secret.get_secret_value()
    if value in WELL_KNOWN or len(value) < SECRET_MIN or len(set(value)) < _DIFFERENT_CHARACTERS_MIN:
        yield _line(name, f"easy to guess ({SECRET_MIN} random characters or more are needed)", remedy)


def _line(name: str, wrong: str, remedy: str) -> str:
    return f"{ENVIRONMENT_PREFIX}{name.upper()}: {wrong}; {remedy}"


def _said(place: tuple[int | str, ...], message: str) -> str:
    words = message.removeprefix("Value error, ")
    return f"{ENVIRONMENT_PREFIX}{str(place[0]).upper()}: {words}" if place else words
