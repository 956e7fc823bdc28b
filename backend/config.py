"""The service's settings: one typed model, read once from the environment (prefix `VISIO_`)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from resources.brand import ENVIRONMENT_PREFIX


class Settings(BaseSettings):
    """Everything one process of the service needs to know.

    Passwords and keys are `SecretStr`: they do not show in logs, errors or `repr`.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

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
    trusted_proxies: str = Field(
        default="",
        description="Addresses whose X-Forwarded-For is believed, comma separated; none by default.",
    )

    heartbeat_s: float = Field(default=15.0, gt=0, description="Comment on idle event streams.")
    sweep_s: float = Field(default=10.0, gt=0, description="Look for events whose wake-up got lost.")
    job_poll_s: float = Field(default=2.0, gt=0, description="Look for jobs of other processes.")

    @field_validator("refresh_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("VISIO_REFRESH_KEY must have 32 characters or more")
        return value

    @property
    def jobs_dsn(self) -> str:
        """Connection string of the role `visio_jobs`."""
        if self.jobs_database_url is not None:
            return self.jobs_database_url.get_secret_value()
        return with_login(self.database_url.get_secret_value(), user="visio_jobs")


class AdminSettings(BaseSettings):
    """What the commands need that prepare a database (`migrate`, `seed-demo`, `create-operator`).

    These act as an administrator of the database, the service never does.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

    admin_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL as a role that may create roles. Else `VISIO_DATABASE_URL`."
    )
    database_url: SecretStr | None = None
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
