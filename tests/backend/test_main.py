"""`python -m backend`: the commands of those who run the service on their own PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from backend.embedded.cluster import Cluster
from tests.support.service import TestDatabase, fresh_database

LIMIT_S = 60
PASSWORD = "a-long-enough-password"


def command(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "backend", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={**clean_environment(), **environment},
    )


def clean_environment() -> dict[str, str]:
    """Ours without the product's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VISIO_")}


@pytest.fixture
def bare(postgres_cluster: Cluster) -> Iterator[TestDatabase]:
    """A database in which nothing is."""
    with fresh_database(postgres_cluster, template="template0") as made:
        yield made


def test_from_an_empty_database_to_a_service(bare: TestDatabase) -> None:
    """migrate, create-operator, serve: the operator signs in; SIGTERM ends it."""
    admin = {"VISIO_ADMIN_DATABASE_URL": bare.admin_dsn}
    assert command("migrate", **admin).returncode == 0
    made = command(
        *("create-operator", "--email", "Coach@Example.org", "--name", "Coach"),
        given=PASSWORD + "\n",
        **admin,
    )
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stderr + made.stdout
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**clean_environment(), "VISIO_DATABASE_URL": bare.api_dsn},
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"ready", "url"}
        body = {"email": "coach@example.org", "password": PASSWORD}
        answer = httpx.post(f"{ready['url']}/v1/auth/login", json=body, trust_env=False, timeout=20)
        assert answer.json()["user"]["role"] == "operator"
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=LIMIT_S)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    assert output == ""
    assert answer.json()["access_token"] not in log
    assert answer.json()["refresh_token"] not in log


def test_the_demo_can_be_seeded_twice(bare: TestDatabase) -> None:
    """The second time changes nothing."""
    admin = {"VISIO_DATABASE_URL": bare.admin_dsn}
    assert command("migrate", **admin).returncode == 0
    for _ in range(2):
        assert command("seed-demo", **admin).returncode == 0
        rows = bare.admin("select email from auth.users order by email")
        assert [row["email"] for row in rows] == ["alice@demo.visio", "bob@demo.visio", "mikl@demo.visio"]


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (("create-operator", "--email", "nonsense", "--name", "X"), PASSWORD, "address"),
        (("create-operator", "--email", "a@example.org", "--name", "X"), "short", "10 to 128"),
    ],
)
def test_what_is_wrong_is_said(
    database: TestDatabase, arguments: tuple[str, ...], given: str, words: str
) -> None:
    """Exit code 1 and a sentence."""
    done = command(*arguments, given=given, VISIO_ADMIN_DATABASE_URL=database.admin_dsn)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_settings_are_named() -> None:
    """The variable to set, not a stack."""
    done = command("serve")
    assert done.returncode == 1
    assert "VISIO_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
