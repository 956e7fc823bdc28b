"""The service's settings: one typed model, read once from the environment (prefix `VISIO_`) and files.

Which values production refuses stands in `production.py`, where files come in `settings_files.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from backend.settings_files import FromFiles
from resources.brand import ENVIRONMENT_PREFIX

_VERSION = r"^\d{1,9}(\.\d{1,9}){0,3}$"


class Settings(FromFiles):
    """Everything one process of the service needs to know.

    Passwords and keys are `SecretStr`: they do not show in logs, errors or `repr`.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

    mode: Literal["development", "production"] = Field(
        default="development",
        description="`production` refuses demo secrets, open lines and missing parts when it starts.",
    )
    database_url: SecretStr = Field(description="PostgreSQL as the log-in role `visio_api`.")
    jobs_database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL as `visio_jobs`; by default `database_url` with that user, same password.",
    )
    pool_size: int = Field(default=8, ge=1, le=100, description="Connections for requests.")
    jobs_pool_size: int = Field(default=2, ge=1, le=20, description="Connections for log-in and jobs.")

    openvidu_url: str | None = Field(default=None, description="Base address of OpenVidu, https://… .")
    openvidu_secret: SecretStr | None = Field(default=None, description="OpenVidu's OPENVIDU_SECRET.")
    openvidu_ca: Path | None = Field(
        default=None, description="PEM file of the authority that signed OpenVidu's certificate, if private."
    )

    openvidu_webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="OpenVidu's webhook sends it as `Authorization: Bearer …`; without it there is none.",
    )
    look_s: float = Field(default=30.0, gt=0, description="Ask OpenVidu who is in the rooms.")
    empty_limit_s: float = Field(default=300.0, gt=0, description="End a meeting whose room is empty.")
    unjoined_limit_s: float = Field(default=900.0, gt=0, description="End one that nobody ever joined.")
    longest_meeting_s: float = Field(default=43_200.0, gt=0, description="End any meeting.")
    stray_limit_s: float = Field(default=120.0, ge=0, description="Delete a session without a meeting.")
    media_alarm_s: float = Field(default=300.0, ge=0, description="Log an error when OpenVidu is silent.")

    public_url: str | None = Field(
        default=None, description="Address under which the apps reach the service; the tokens' issuer."
    )
    signing_keys: SecretStr | None = Field(
        default=None,
        description="P-256 private keys as PEM, one after the other: the first signs, all verify. "
        "By default one is made and kept in the database.",
    )
    refresh_key: SecretStr | None = Field(
        default=None, description="Key of the refresh tokens, 32 characters or more. By default as above."
    )
    totp_key: SecretStr | None = Field(
        default=None,
        description="Key that seals the secrets of second factors, 32 characters or more. Without it none "
        "can be enrolled; when it is lost, those who enrolled need their recovery codes.",
    )
    smtp_host: str | None = Field(
        default=None, description="Mail server; without it no mails are sent and operators hand on links."
    )
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="By default 587, 465 with `tls`, 25 with `none`."
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`starttls` is demanded, not tried; `none` for a relay on loopback."
    )
    smtp_ca: Path | None = Field(
        default=None, description="PEM file of the authority that signed the mail server's certificate."
    )
    smtp_user: str | None = Field(default=None, description="Log in to the mail server as this user.")
    smtp_password: SecretStr | None = Field(default=None, description="That user's password.")
    mail_from: str | None = Field(
        default=None, description="Address the mails come from; needed when `smtp_host` is set."
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses whose X-Forwarded-For is believed, comma separated; none by default.",
    )

    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s?#]+[^\s?#]*$",
        description="The company's OpenID Connect provider, as it names itself; by default there is none.",
    )
    oidc_client_id: str | None = Field(default=None, description="This service's name at the provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret there.")
    oidc_name: str = Field(
        default="", max_length=60, description="What the log-in button calls the provider, such as `Contoso`."
    )
    oidc_ca: Path | None = Field(
        default=None, description="PEM file of the authority that signed the provider's certificate."
    )
    door_minutes: int = Field(
        default=15,
        ge=0,
        le=60,
        description="How many minutes before its hour a client may come into a meeting's waiting room.",
    )
    minimum_client_version: str | None = Field(
        default=None,
        pattern=_VERSION,
        description="Apps below this version are refused (426), such as `1.4`; by default none.",
    )
    recommended_client_version: str | None = Field(
        default=None, pattern=_VERSION, description="Apps below this version say that there is a newer one."
    )
    client_download_url: str | None = Field(
        default=None, description="Where users of an old app find the newer one."
    )
    client_message_fr: str | None = Field(
        default=None, max_length=500, description="What they are told beside that, in French."
    )
    client_message_en: str | None = Field(default=None, max_length=500, description="The same in English.")

    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port of `GET /metrics` for Prometheus; by default none."
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address that port listens on; keep it inside your network."
    )

    max_connections: int = Field(
        default=10_000, ge=1, description="Requests on more connections at once are refused with 503."
    )
    heartbeat_s: float = Field(default=15.0, gt=0, description="Comment on idle event streams.")
    sweep_s: float = Field(default=10.0, gt=0, description="Look for events whose wake-up got lost.")
    job_poll_s: float = Field(default=2.0, gt=0, description="Look for jobs of other processes.")

    @field_validator("refresh_key", "totp_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError(f"VISIO_{str(info.field_name).upper()} must have 32 characters or more")
        return value

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return validate_email(value, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ValueError("VISIO_MAIL_FROM must be one e-mail address") from error

    @model_validator(mode="after")
    def _whole_mail_settings(self) -> Self:
        if self.smtp_host is not None and self.mail_from is None:
            raise ValueError("VISIO_SMTP_HOST needs VISIO_MAIL_FROM")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("VISIO_SMTP_USER and VISIO_SMTP_PASSWORD belong together")
        if self.smtp_user is not None and self.smtp_security == "none":
            raise ValueError("VISIO_SMTP_SECURITY=none would send the password in clear")
        return self

    @model_validator(mode="after")
    def _whole_company_settings(self) -> Self:
        given = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret]
        if any(item is not None for item in given) and None in given:
            raise ValueError("VISIO_OIDC_ISSUER, …_CLIENT_ID and …_CLIENT_SECRET belong together")
        return self

    @model_validator(mode="after")
    def _message_in_both_languages(self) -> Self:
        if (self.client_message_fr is None) != (self.client_message_en is None):
            raise ValueError("VISIO_CLIENT_MESSAGE_FR and VISIO_CLIENT_MESSAGE_EN belong together")
        return self

    @property
    def jobs_dsn(self) -> str:
        """Connection string of the role `visio_jobs`."""
        if self.jobs_database_url is not None:
            return self.jobs_database_url.get_secret_value()
        return with_login(self.database_url.get_secret_value(), user="visio_jobs")


class AdminSettings(FromFiles):
    """What the commands need that prepare a database (`migrate`, `seed-demo`, `create-operator`).

    These act as an administrator of the database, the service never does.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

    admin_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as a role that may create roles. Else `VISIO_DATABASE_URL`."
    )
    database_url: SecretStr | None = Field(default=None, description="See there.")
    mode: Literal["development", "production"] = Field(
        default="development", description="`production` refuses the demo's accounts."
    )
    login_password: SecretStr | None = Field(
        default=None, description="`migrate` gives this password to the log-in roles, if set."
    )
    operator_password: SecretStr | None = Field(
        default=None, description="For `create-operator`; else read from input."
    )

    @property
    def admin_dsn(self) -> str:
        """The administrator's connection string.

        Raises:
            ValueError: neither variable is set.
        """
        chosen = self.admin_database_url or self.database_url
        if chosen is None:
            raise ValueError(
                "set VISIO_ADMIN_DATABASE_URL (or VISIO_DATABASE_URL) to an administrator's address"
            )
        return chosen.get_secret_value()


def with_login(dsn: str, *, user: str, password: str | None = None, database: str | None = None) -> str:
    """The same server under another log-in, of a `postgresql://` address.

    Args:
        dsn: the address to start from.
        user: role to log in as.
        password: its password; None keeps the one in `dsn`.
        database: another database; None keeps it.
    """
    parts = urlsplit(dsn)
    # Kept as it stands in the address (quoted), or quoted now.
    secret = quote(password, safe="") if password is not None else _quoted_password(parts.netloc)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{secret}" if secret else quote(user, safe="")
    path = parts.path if database is None else f"/{quote(database, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{host}", path, parts.query, parts.fragment))


def _quoted_password(netloc: str) -> str:
    login = netloc.rpartition("@")[0]
    return login.partition(":")[2]
