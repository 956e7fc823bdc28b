"""`python -m backend.embedded`: a private PostgreSQL and the service on it, ready for the demo.

    --data DIR               keep the database there (default: a temporary one, gone at the end)
    --openvidu-url URL       the media server
    --openvidu-secret SECRET its secret; better in VISIO_OPENVIDU_SECRET, command lines are public

With VISIO_DATABASE_URL set, that server is used instead of a private one. The address must be an
administrator's (roles and schema are made), and the service's two log-in roles get passwords
derived from the administrator's, so that several starts on one server agree.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from pydantic import SecretStr

from backend import demo_accounts, logs, migrate
from backend.config import AdminSettings, Settings, with_login
from backend.embedded.binaries import EmbeddedError
from backend.embedded.cluster import Cluster
from backend.server import Server, run

DATABASE = "visio"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that is migrated and seeded: connection strings of the two log-in roles."""

    api_dsn: str
    jobs_dsn: str


@contextlib.contextmanager
def private_database(data_dir: Path | None) -> Iterator[Prepared]:
    """A PostgreSQL of our own for the time of the block.

    Raises:
        EmbeddedError: it cannot be started.
    """
    with Cluster(data_dir) as cluster:
        cluster.make_database(DATABASE)
        prepare(cluster.dsn(database=DATABASE), cluster.login_passwords)
        yield Prepared(cluster.dsn("visio_api", DATABASE), cluster.dsn("visio_jobs", DATABASE))


@contextlib.contextmanager
def given_database(admin_dsn: str) -> Iterator[Prepared]:
    """A database on a server that somebody else runs, prepared."""
    password = unquote(urlsplit(admin_dsn).password or "")
    # Without a password to derive from (peer authentication) there is only a new one each time.
    login = (
        hmac.new(password.encode(), b"mikl-visio log-in roles", hashlib.sha256).hexdigest()
        if password
        else secrets.token_urlsafe(24)
    )
    prepare(admin_dsn, dict.fromkeys(migrate.LOGIN_ROLES, login))
    yield Prepared(
        with_login(admin_dsn, user="visio_api", password=login),
        with_login(admin_dsn, user="visio_jobs", password=login),
    )


def prepare(admin_dsn: str, passwords: dict[str, str]) -> None:
    """Schema, passwords of the log-in roles, demo accounts."""
    migrate.migrate(admin_dsn)
    migrate.set_login_passwords(admin_dsn, passwords)
    demo_accounts.seed(admin_dsn)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m backend.embedded", description=__doc__.split("\n", 1)[0])
    top.add_argument("--port", type=int, default=0, help="port of the service; 0 for a free one")
    top.add_argument("--data", type=Path, metavar="DIR", help="keep the database here")
    top.add_argument("--openvidu-url", metavar="URL")
    top.add_argument("--openvidu-secret", metavar="SECRET", help="better: VISIO_OPENVIDU_SECRET")
    return top


def _end(number: int, _: object) -> None:
    """While nothing serves yet, a signal unwinds the stack, which stops PostgreSQL."""
    raise SystemExit(0 if number == signal.SIGTERM else 130)


def main() -> int:
    """Prepare, serve until SIGTERM, stop everything."""
    options = parser().parse_args()
    logs.configure()
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    given = os.environ.get("VISIO_DATABASE_URL")
    if AdminSettings().mode == "production":
        print("python -m backend.embedded: VISIO_MODE=production: this is the demo", file=sys.stderr)  # noqa: T201
        return 1
    overrides: dict[str, object] = {}
    if options.openvidu_url:
        overrides["openvidu_url"] = options.openvidu_url
    if options.openvidu_secret:
        overrides["openvidu_secret"] = SecretStr(options.openvidu_secret)
    try:
        with given_database(given) if given else private_database(options.data) as prepared:
            settings = Settings(
                database_url=SecretStr(prepared.api_dsn), jobs_database_url=SecretStr(prepared.jobs_dsn)
            ).model_copy(update=overrides)
            server = Server(settings, port=options.port)

            def tell() -> None:
                line = {"ready": True, "url": server.url, "database_url": prepared.api_dsn}
                print(json.dumps(line), flush=True)  # noqa: T201 - the contract

            run(server, tell)
    except (EmbeddedError, migrate.MigrationError, psycopg.Error, RuntimeError, ValueError, OSError) as error:
        text = logs.redact(None, "", {"message": str(error)})["message"]
        print(f"python -m backend.embedded: {text}", file=sys.stderr)  # noqa: T201 - the person at the keyboard
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
