"""Backup and restore as IT does them: the scripts of packaging/server on real PostgreSQL servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from backend import migrate
from backend.demo_accounts import PASSWORD
from backend.embedded.cluster import Cluster
from tests.backend.people import ALICE, MIKL
from tests.support.service import TestDatabase, become, running_service

SCRIPTS = Path(__file__).parents[2] / "packaging" / "server"
TOOLS = ("pg_dump", "pg_dumpall", "pg_restore", "psql")
LOGIN = "a new password of the log-in roles"

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="PostgreSQL's client programs are not installed"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place that PostgreSQL's own account reaches, which pytest's folders are not."""
    with tempfile.TemporaryDirectory(prefix="mikl-visio-backup-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def system_cluster(folder: Path) -> Iterator[Cluster]:
    """A server of the same version as the system's pg_dump, which reads no newer one."""
    programs = Path(str(shutil.which("pg_dump"))).resolve().parent
    if not (programs / "postgres").exists():
        programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), programs)
    if not (programs / "postgres").exists():
        pytest.skip("there is no server beside the system's pg_dump")
    with Cluster(folder, bin_dir=programs, durable=False) as cluster:
        yield cluster


def script(name: str, *arguments: str | Path, dsn: str) -> str:
    """Run one of the scripts as an administrator; what it said last."""
    login = conninfo_to_dict(dsn)
    done = subprocess.run(
        ["sh", SCRIPTS / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PGHOST": str(login["host"]),
            "PGPORT": str(login["port"]),
            "PGUSER": str(login["user"]),
            "PGPASSWORD": str(login["password"]),
            "PGDATABASE": str(login["dbname"]),
            "MIKL_BACKUPS_KEPT": "2",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]


def counts(dsn: str) -> dict[str, int]:
    """Rows of every table of ours."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('public', 'private', 'auth')"
        ).fetchall()
        found = {}
        for schema, table in names:
            query = psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier(schema, table))
            row = connection.execute(query).fetchone()
            assert row is not None
            found[f"{schema}.{table}"] = row[0]
    return found


def test_a_copy_made_while_people_work_comes_back_elsewhere(folder: Path) -> None:
    """Dumped under writes, put into an empty server: rows, policies, rights, and people can sign in."""
    with system_cluster(folder / "old") as old:
        admin = prepared(old)
        copy = Path(dump_under_writes(admin, folder))
        assert sorted(path.name for path in copy.iterdir()) == [
            "SHA256SUMS",
            "contents.txt",
            "database.dump",
            "roles.sql",
        ]
        assert "PASSWORD" not in (copy / "roles.sql").read_text()
        with system_cluster(folder / "new") as new:
            new_admin = new.dsn(database="visio")
            assert script("restore.sh", copy, dsn=new.dsn()) == "restored visio"
            consistent(new_admin)
            migrate.migrate(new_admin)
            migrate.set_login_passwords(new_admin, dict.fromkeys(migrate.LOGIN_ROLES, LOGIN))
            works(new, new_admin)


def prepared(cluster: Cluster) -> str:
    """A database with the demo's people; the administrator's address."""
    from backend import demo_accounts  # noqa: PLC0415 - beside its only use

    cluster.make_database("visio")
    admin = cluster.dsn(database="visio")
    migrate.migrate(admin)
    demo_accounts.seed(admin)
    return admin


def dump_under_writes(admin: str, folder: Path) -> str:
    """Three copies while meetings are planned without a pause; the last one, of two that are kept."""
    stop = threading.Event()
    planned = [0]

    def write() -> None:
        with psycopg.connect(admin, autocommit=True) as connection:
            ids = connection.execute(
                "select u.id, c.id from auth.users u, public.clients c join auth.users cu on"
                " cu.id = c.auth_user_id where u.email = %s and cu.email = %s",
                [MIKL, ALICE],
            ).fetchone()
            assert ids is not None
            while not stop.is_set():
                with connection.transaction():
                    become(connection, ids[0])
                    connection.execute(
                        "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60)",
                        [ids[1]],
                    )
                planned[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = folder / "copies"
        copies.mkdir()
        made = [script("backup.sh", copies, dsn=admin) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert planned[0] > 0
    assert sorted(map(str, copies.iterdir())) == sorted(made[1:]), "only so many are kept"
    return made[-1]


def consistent(admin: str) -> None:
    """One moment of the database: each planned meeting has all its events, and nothing else has."""
    with psycopg.connect(admin) as connection:
        row = connection.execute(
            "select (select count(*) from public.meetings), (select count(*) from public.user_events),"
            " (select count(*) from private.event_cursors c where c.last_seq <>"
            "  (select max(e.seq) from public.user_events e where e.recipient = c.recipient))"
        ).fetchone()
    assert row is not None
    meetings, events, wrong_cursors = row
    assert meetings > 0
    assert events == 3 * meetings, "told to both, and a notice to the client"
    assert wrong_cursors == 0


def works(cluster: Cluster, admin: str) -> None:
    """The service runs on it: people sign in, see their own and no more."""
    before = counts(admin)
    assert before["private.credentials"] == 3
    database = TestDatabase(
        "visio", admin, with_password(cluster, "visio_api"), with_password(cluster, "visio_jobs")
    )
    with running_service(database) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        answer = http.post("/v1/auth/login", json={"email": ALICE, "password": PASSWORD})
        token = answer.raise_for_status().json()["access_token"]
        page = http.get("/v1/meetings?limit=1", headers={"Authorization": f"Bearer {token}"})
        assert len(page.raise_for_status().json()["items"]) == 1
        assert http.get("/readyz").status_code == 200
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(database.api_dsn) as connection, refused:
        connection.execute("select from public.meetings")
    weak = database.admin(
        "select rolname from pg_roles where rolname in ('visio_api', 'visio_jobs')"
        " and (rolsuper or rolbypassrls or rolcreaterole)"
    )
    unforced = database.admin(
        "select relname from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
        " and relkind = 'r' and not relforcerowsecurity"
    )
    assert (weak, unforced) == ([], [])


def with_password(cluster: Cluster, role: str) -> str:
    """The log-in role's address on the restored server."""
    return f"postgresql://{role}:{LOGIN.replace(' ', '%20')}@127.0.0.1:{cluster.port}/visio"


def test_a_copy_that_was_changed_is_refused(folder: Path) -> None:
    """Nothing is restored from it."""
    copy = folder / "changed"
    copy.mkdir()
    (copy / "database.dump").write_bytes(b"not what was written")
    (copy / "roles.sql").write_text("")
    (copy / "SHA256SUMS").write_text(f"{'0' * 64}  database.dump\n")
    done = subprocess.run(["sh", SCRIPTS / "restore.sh", copy], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "database.dump" in done.stdout + done.stderr
