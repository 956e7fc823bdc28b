"""Migrations: each once, whole, in order, and never changed behind the database's back."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

from backend import demo_accounts
from backend.embedded.binaries import find_programs
from backend.embedded.cluster import Cluster
from backend.migrate import LOGIN_ROLES, Migration, MigrationError, load, migrate, set_login_passwords
from tests.support.service import fresh_database


def test_running_again_changes_nothing(postgres_cluster: Cluster) -> None:
    """The second run finds everything applied, with the digests of the files."""
    with fresh_database(postgres_cluster, template="template0") as bare:
        first = migrate(bare.admin_dsn)
        assert first == [migration.version for migration in load()]
        assert migrate(bare.admin_dsn) == []
        rows = bare.admin("select version, sha256 from private.schema_migrations order by version")
        assert [(row["version"], row["sha256"]) for row in rows] == [
            (migration.version, migration.sha256) for migration in load()
        ]


def test_a_changed_file_is_refused(postgres_cluster: Cluster) -> None:
    """The database would no longer be what the file says."""
    files = load()
    with fresh_database(postgres_cluster) as database:
        changed = [*files[:-1], Migration(files[-1].version, files[-1].text, "0" * 64)]
        with pytest.raises(MigrationError, match="changed after it ran"):
            migrate(database.admin_dsn, changed)


def test_a_newer_database_is_refused(postgres_cluster: Cluster) -> None:
    """An old service must not run on a schema it does not know."""
    with fresh_database(postgres_cluster) as database, pytest.raises(MigrationError, match="newer"):
        migrate(database.admin_dsn, load()[:-1])


def test_a_failing_file_leaves_nothing(postgres_cluster: Cluster) -> None:
    """One file, one transaction; those before it stay."""
    broken = Migration("9999_broken", "create table public.half (id int); select 1 / 0", "1" * 64)
    with fresh_database(postgres_cluster) as database:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(database.admin_dsn, [*load(), broken])
        assert database.admin("select to_regclass('public.half') as half") == [{"half": None}]
        assert migrate(database.admin_dsn) == []


def test_two_starts_at_once_wait_for_each_other(postgres_cluster: Cluster) -> None:
    """Each migration runs in exactly one of them."""
    ran: list[list[str]] = []
    with fresh_database(postgres_cluster, template="template0") as bare:
        threads = [threading.Thread(target=lambda: ran.append(migrate(bare.admin_dsn))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(ran, key=len) == [[], [], [migration.version for migration in load()]]


def test_it_gives_way_to_those_who_use_a_table(
    postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schema change that waits for a table does not make everybody behind it wait; then it is done."""
    monkeypatch.setattr("backend.migrate._LOCK_WAIT", "50ms")
    monkeypatch.setattr("backend.migrate._LOCK_PAUSE_S", 0.01)
    addition = Migration("9999_addition", "alter table public.meetings add column later text", "1" * 64)
    with fresh_database(postgres_cluster) as database:
        with psycopg.connect(database.admin_dsn) as reader:
            reader.execute("select from public.meetings limit 1")
            with pytest.raises(MigrationError, match="is always in use"):
                migrate(database.admin_dsn, [*load(), addition])
            assert database.admin("select count(*) as n from public.meetings") == [{"n": 0}]
        assert migrate(database.admin_dsn, [*load(), addition]) == ["9999_addition"]


def test_two_files_of_one_number_are_refused(tmp_path: Path) -> None:
    """Their order would depend on their names."""
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).write_text("select 1")
    with pytest.raises(MigrationError, match="same number"):
        load(tmp_path)


def test_line_ends_do_not_change_a_file(tmp_path: Path) -> None:
    """A Windows checkout has other line ends and the same migrations."""
    (tmp_path / "0001_a.sql").write_bytes(b"select 1;\r\nselect 2;\r\n")
    windows = load(tmp_path)
    (tmp_path / "0001_a.sql").write_bytes(b"select 1;\nselect 2;\n")
    assert load(tmp_path) == windows


def test_the_whole_on_every_postgresql_here(postgres_cluster: Cluster) -> None:
    """Debian's server and the wheel's both take the schema; the demo's people can be made on each."""
    assert postgres_cluster.port
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not debian:
        pytest.skip("Debian's PostgreSQL is not installed")
    tried = []
    for bin_dir in debian:
        with Cluster(durable=False, bin_dir=find_programs(bin_dir).bin_dir) as cluster:
            cluster.make_database("visio")
            dsn = cluster.dsn(database="visio")
            assert migrate(dsn)
            set_login_passwords(dsn, cluster.login_passwords)
            demo_accounts.seed(dsn)
            for role in LOGIN_ROLES:
                with psycopg.connect(cluster.dsn(role, "visio")) as connection:
                    tried.append(connection.info.user)
    assert set(tried) == set(LOGIN_ROLES)
