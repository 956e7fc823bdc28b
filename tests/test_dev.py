"""`dev.py test`: when pytest gets workers."""

from __future__ import annotations

import importlib.util
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
