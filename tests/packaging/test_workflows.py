"""The workflow files: what they may do, what they call, and that their scripts can be read by a shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from installers.products import ROOT

FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(path.name for path in FOLDER.glob("*.yml"))


def load(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def steps(name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Job name, job and step of every step."""
    for job_name, job in load(name)["jobs"].items():
        for step in job["steps"]:
            yield job_name, job, step


@pytest.mark.parametrize("name", NAMES)
def test_actions_stand_by_the_hash_of_their_commit(name: str) -> None:
    """A branch, and a tag as well, may be another program tomorrow; the tag stands beside it, for people."""
    used = re.findall(r"uses: *(.+)$", (FOLDER / name).read_text(encoding="utf-8"), re.M)
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


def test_one_version_of_an_action_has_one_hash() -> None:
    used = set(re.findall(r"uses: *(.+)$", "\n".join((FOLDER / n).read_text("utf-8") for n in NAMES), re.M))
    assert len({each.partition("@")[0] for each in used}) == len(used)


def test_known_vulnerabilities_are_looked_for_with_every_change_and_every_week() -> None:
    found = load("ci.yml")
    commands = " ".join(step.get("run", "") for step in found["jobs"]["known-vulnerabilities"]["steps"])
    assert "pip-audit --strict" in commands
    assert "requirements/*.txt" in commands
    assert set(found[True]) == {"push", "pull_request", "schedule"}  # `on`, as YAML 1.1 reads it


def test_nothing_is_allowed_that_is_not_asked_for() -> None:
    release = load("release.yml")
    assert release["permissions"] == {}
    for job_name, job in release["jobs"].items():
        writes = {name for name, value in job["permissions"].items() if value == "write"}
        assert not writes or job_name == "publish"
    assert load("ci.yml")["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", NAMES)
def test_secrets_stay_in_jobs_that_a_person_lets_run(name: str) -> None:
    for job_name, job, step in steps(name):
        text = str(step)
        if "secrets." in text:
            assert job.get("environment") == "release", job_name
            # By the environment of one step, never in a command line.
            assert "secrets." not in step.get("run", "")


@pytest.mark.parametrize("name", NAMES)
def test_jobs_end_and_wait_for_jobs_that_exist(name: str) -> None:
    jobs = load(name)["jobs"]
    for job in jobs.values():
        assert job["timeout-minutes"] <= 120
        needs = job.get("needs", [])
        assert set([needs] if isinstance(needs, str) else needs) <= set(jobs)


def test_a_release_is_verified_tried_and_left_to_a_person() -> None:
    jobs = load("release.yml")["jobs"]
    publish = jobs["publish"]
    assert set(publish["needs"]) == {"verify", "try-msi", "mac", "deb"}
    assert "refs/tags/" in publish["if"]
    commands = " ".join(step.get("run", "") for step in publish["steps"])
    assert "--draft" in commands
    assert "git archive" in commands  # the source that the GPL asks for
    verify = " ".join(step.get("run", "") for step in jobs["verify"]["steps"])
    for wanted in (
        "dev.py check",
        "dev.py test",
        "package verify",
        "package verify-server",
        "pip-audit --strict",
        "git diff --exit-code",
    ):
        assert wanted in verify


@pytest.mark.parametrize("name", NAMES)
def test_they_call_commands_that_exist(name: str) -> None:
    build = (ROOT / "packaging" / "build.py").read_text(encoding="utf-8")
    development = (ROOT / "dev.py").read_text(encoding="utf-8")
    for _, _, step in steps(name):
        for command, target in re.findall(r"dev\.py (\w+)(?: ([a-z][\w-]*))?", step.get("run", "")):
            assert f'add("{command}"' in development
            if command == "package" and target:
                assert f'"{target}": ' in build, target


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize("name", NAMES)
def test_scripts_can_be_read(name: str) -> None:
    for job_name, _, step in steps(name):
        if "run" in step and step.get("shell") != "pwsh":
            script = re.sub(r"\$\{\{[^}]*\}\}", "x", step["run"])
            done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (job_name, done.stderr)
