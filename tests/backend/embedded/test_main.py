"""`python -m backend.embedded` as a program: what it prints, what it leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg

from backend.config import with_login
from backend.embedded.cluster import Cluster

LIMIT_S = 60


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The program, killed at the end if it still runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VISIO_DATABASE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.embedded", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, **environment},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=LIMIT_S)


def ready_line(process: subprocess.Popen[str]) -> dict[str, object]:
    """What it says when it answers."""
    assert process.stdout is not None
    line: dict[str, object] = json.loads(process.stdout.readline())
    return line


def log_in(url: str) -> int:
    """Status of a log-in of the demo's operator."""
    body = {"email": "mikl@demo.visio", "password": "demo-visio"}
    return httpx.post(f"{url}/v1/auth/login", json=body, trust_env=False, timeout=20).status_code


def test_from_start_to_end() -> None:
    """One line when ready, a service with the demo's people, and after SIGTERM nothing is left."""
    with program(VISIO_OPENVIDU_SECRET="do-not-tell") as process:
        ready = ready_line(process)
        assert set(ready) == {"ready", "url", "database_url"}
        assert log_in(str(ready["url"])) == 200
        with psycopg.connect(str(ready["database_url"])) as connection:
            assert connection.info.user == "visio_api"
            owner = connection.execute(
                "select rolsuper from pg_roles where rolname = current_user"
            ).fetchone()
            assert owner == (False,)
        family = psutil.Process(process.pid).children(recursive=True)
        assert any("postgres" in child.name() for child in family)
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    assert output == ""
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    password = str(ready["database_url"]).split(":")[2].split("@")[0]
    for secret in ("do-not-tell", "demo-visio", "mikl@demo.visio", password):
        assert secret not in log
    assert all(json.loads(line) for line in log.splitlines())


def test_a_kill_leaves_no_server_behind() -> None:
    """Nobody asks PostgreSQL to stop when we are killed: the kernel does."""
    if not sys.platform.startswith("linux"):
        return
    with program() as process:
        ready_line(process)
        family = psutil.Process(process.pid).children(recursive=True)
        command = family[0].cmdline()
        process.kill()
        process.communicate(timeout=LIMIT_S)
        _, alive = psutil.wait_procs(family, timeout=10)
    # Files are another matter: nobody was left to remove them.
    shutil.rmtree(Path(command[command.index("-D") + 1]).parent)
    assert alive == []


def test_a_signal_during_preparation_stops_in_order() -> None:
    """Ctrl+C while the cluster is being made."""
    with program() as process:
        assert process.stderr is not None
        assert "postgresql started" in process.stderr.readline()
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT_S)
        _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert process.returncode == 0


def test_a_given_server_is_used(postgres_cluster: Cluster) -> None:
    """With an administrator's address: migrated, seeded, and twice in a row with the same log-ins."""
    postgres_cluster.make_database("visio_given")
    before = psycopg.connect(postgres_cluster.dsn())
    with before:
        hashes = before.execute(
            "select rolname, rolpassword from pg_authid where rolname in ('visio_api', 'visio_jobs')"
        ).fetchall()
    before.close()
    urls = []
    try:
        for _ in range(2):
            with program(VISIO_DATABASE_URL=postgres_cluster.dsn(database="visio_given")) as process:
                ready = ready_line(process)
                assert log_in(str(ready["url"])) == 200
                urls.append(ready["database_url"])
                assert not any("postgres" in child.name() for child in psutil.Process(process.pid).children())
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=LIMIT_S)
                assert process.returncode == 0
    finally:
        postgres_cluster.drop_database("visio_given")
        with psycopg.connect(postgres_cluster.dsn()) as after:
            # The other tests' log-ins, as they were: roles belong to the whole server.
            for role, verifier in hashes:
                after.execute(
                    psycopg.sql.SQL("alter role {} password {}").format(
                        psycopg.sql.Identifier(role), psycopg.sql.Literal(verifier)
                    )
                )
    assert urls[0] == urls[1]
    assert str(urls[0]).startswith(with_login(str(urls[0]), user="visio_api"))


def test_no_server_is_said_in_words(tmp_path: Path) -> None:
    """Exit code 1 and a sentence, no traceback, no password."""
    with program(VISIO_DATABASE_URL="postgresql://admin:hidden@127.0.0.1:9/none") as process:
        output, log = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    assert output == ""
    assert "python -m backend.embedded:" in log
    assert "Traceback" not in log
    assert "hidden" not in log
    assert tmp_path
