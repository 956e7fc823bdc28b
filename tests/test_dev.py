"""`dev.py test`: when pytest gets workers, and when a test runs twice."""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

DEV = Path(__file__).resolve().parents[1] / "dev.py"


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("dev", DEV)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-k", "meeting"],
        ["--lf"],
        ["-x"],
        ["tests/backend"],
        ["--no-header", "-q"],
        ["-p", "no:cacheprovider"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(("cores", "workers"), [(None, "2"), (1, "2"), (2, "2"), (6, "6"), (64, "8")])
def test_all_cores_are_used(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], cores: int | None, workers: str
) -> None:
    """At least two workers: while one waits for pictures, another works."""
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert dev.test_workers(arguments) == ["--numprocesses", workers]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-n", "0"],
        ["-n4"],
        ["--numprocesses=3"],
        ["--dist", "no"],
        ["-p", "no:xdist"],
        ["--pdb"],
        ["-s"],
        ["-q", "tests/test_dev.py"],
        ["tests/test_dev.py::test_all_cores_are_used", "-x"],
    ],
    ids=" ".join,
)
def test_the_caller_decides(dev: ModuleType, arguments: list[str]) -> None:
    """Also by what needs the terminal, and by naming a module that is done before workers are up."""
    assert dev.test_workers(arguments) == []


@dataclass
class Runs:
    """Stands for `dev.run`: notes the commands, answers `codes` in turn."""

    noted: Path
    codes: list[int] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)

    def __call__(self, command: Sequence[object], **_: object) -> int:
        self.commands.append([str(part) for part in command])
        return self.codes.pop(0)

    def failed(self, count: int) -> None:
        """Note that so many tests have failed."""
        self.noted.write_text(
            json.dumps({f"tests/test_a.py::test_{number}": True for number in range(count)})
        )


@pytest.fixture
def runs(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runs:
    """`dev.py test` with a pytest that ends as told."""
    told = Runs(tmp_path / "lastfailed")
    monkeypatch.setattr(dev, "run", told)
    monkeypatch.setattr(dev, "ensure_system", lambda _: None)
    monkeypatch.setattr(dev, "ensure_venv", lambda: None)
    monkeypatch.setattr(dev, "ensure_blur_model", lambda: None)
    monkeypatch.setattr(dev, "LAST_FAILED", told.noted)
    return told


@pytest.mark.parametrize(("again", "code"), [(0, 0), (1, 1)])
def test_the_few_that_failed_run_once_more_alone(dev: ModuleType, runs: Runs, again: int, code: int) -> None:
    runs.codes = [1, again]
    runs.failed(2)
    assert dev.test_command(argparse.Namespace(), []) == code
    assert runs.commands[1][-3:] == ["-n", "0", "--last-failed"]


@pytest.mark.parametrize(("count", "first"), [(0, 1), (11, 1), (2, 2), (2, 0)])
def test_nothing_else_runs_twice(dev: ModuleType, runs: Runs, count: int, first: int) -> None:
    """Neither many failures nor a broken run."""
    runs.codes = [first]
    runs.failed(count)
    assert dev.test_command(argparse.Namespace(), []) == first
    assert len(runs.commands) == 1


def test_what_the_caller_named_runs_once(dev: ModuleType, runs: Runs) -> None:
    runs.codes = [1]
    runs.failed(1)
    assert dev.test_command(argparse.Namespace(), ["tests/test_dev.py"]) == 1
