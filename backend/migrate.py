"""Brings a database to the schema of this version: numbered SQL files, each once, each whole.

Two starts at the same time wait for each other; a file that was changed after it ran is refused,
because the database would no longer be what the file says.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog
from psycopg import sql

log = structlog.stdlib.get_logger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
_GIVEN_ACCOUNTS = MIGRATIONS / "given_accounts.sql"
LOGIN_ROLES = ("visio_api", "visio_jobs")
# Any constant will do, as long as nobody else in the database takes it.
_LOCK_ID = 0x4D694B4C
# Behind a waiting schema change every request to that table waits too: give way, then try again.
_LOCK_WAIT = "2s"
_LOCK_TRIES = 10
_LOCK_PAUSE_S = 0.5


class MigrationError(Exception):
    """The database cannot be brought to this version; the message says why."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file.

    Attributes:
        version: the file's stem, `0001_roles`; versions sort in the order they run.
        text: the SQL, several statements.
        sha256: digest of the text with Unix line ends, so that a Windows checkout agrees.
    """

    version: str
    text: str
    sha256: str


def load(folder: Path = MIGRATIONS) -> list[Migration]:
    """Every migration, in order.

    Raises:
        MigrationError: two files have the same number.
    """
    found = []
    for path in sorted(folder.glob("[0-9]*_*.sql")):
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        found.append(Migration(path.stem, text, hashlib.sha256(text.encode()).hexdigest()))
    numbers = [migration.version.split("_", 1)[0] for migration in found]
    if len(set(numbers)) != len(numbers):
        raise MigrationError("two migrations have the same number")
    return found


def migrate(admin_dsn: str, migrations: list[Migration] | None = None) -> list[str]:
    """Run what is missing and return the versions that ran, in order.

    Args:
        admin_dsn: connection string of a role that may create roles and schemas.
        migrations: what to run; the product's own by default.

    Raises:
        MigrationError: a file changed after it ran, the database is newer than this version, or a table is
            never free.
        psycopg.Error: the database is away, or a file's SQL failed (nothing of that file stays).
    """
    wanted = load() if migrations is None else migrations
    ran = []
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        # Several services may start at once; the lock ends with the connection.
        connection.execute("select pg_advisory_lock(%s)", [_LOCK_ID])
        applied = _applied(connection)
        _use_given_accounts(connection)
        unknown = applied.keys() - {migration.version for migration in wanted}
        if unknown:
            raise MigrationError(f"the database is newer than this version: {', '.join(sorted(unknown))}")
        for migration in wanted:
            if migration.version in applied:
                if applied[migration.version] != migration.sha256:
                    raise MigrationError(
                        f"{migration.version} was changed after it ran; write a new migration"
                    )
                continue
            _apply_when_free(connection, migration)
            log.info("migration applied", version=migration.version)
            ran.append(migration.version)
    return ran


def _use_given_accounts(connection: psycopg.Connection) -> None:
    """Let our roles use accounts that were there before us, as on a Supabase project."""
    row = connection.execute(
        "select pg_get_userbyid(c.relowner) <> 'visio_owner' from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'auth' and c.relname = 'users'"
    ).fetchone()
    if row is not None and row[0]:
        with connection.transaction():
            connection.execute(_GIVEN_ACCOUNTS.read_bytes())


def _apply_when_free(connection: psycopg.Connection, migration: Migration) -> None:
    """Run one file; while the version before serves, its tables are free again and again.

    Raises:
        MigrationError: somebody holds a table for longer than all tries.
    """
    for left in reversed(range(_LOCK_TRIES)):
        try:
            _apply(connection, migration)
        except psycopg.errors.LockNotAvailable as error:
            if not left:
                raise MigrationError(
                    f"{migration.version}: a table it changes is always in use; end long queries, try again"
                ) from error
            log.warning("migration waits for a table in use", version=migration.version)
            time.sleep(_LOCK_PAUSE_S)
        else:
            return


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(_LOCK_WAIT)))
        # The files are part of the program: no outside text becomes SQL here.
        connection.execute(migration.text.encode())
        connection.execute("set local role visio_definer")
        connection.execute(
            "insert into private.schema_migrations (version, sha256) values (%s, %s)",
            [migration.version, migration.sha256],
        )


def set_login_passwords(admin_dsn: str, passwords: dict[str, str]) -> None:
    """Give the service's log-in roles their passwords.

    The password itself never leaves this process: the server receives the SCRAM verifier.

    Args:
        admin_dsn: connection string of a role that may alter the others.
        passwords: role → password, for roles of `LOGIN_ROLES`.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        for role, password in passwords.items():
            verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
            connection.execute(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(role), sql.Literal(verifier.decode())
                )
            )


def _applied(connection: psycopg.Connection) -> dict[str, str]:
    row = connection.execute("select to_regclass('private.schema_migrations') is not null").fetchone()
    if row is None or not row[0]:
        return {}
    with connection.transaction():
        connection.execute("set local role visio_definer")
        return dict(connection.execute("select version, sha256 from private.schema_migrations").fetchall())
