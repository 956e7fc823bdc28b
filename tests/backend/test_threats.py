"""docs/threats.md names real tests: one that is renamed or removed takes its row along."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "threats.md"


def rows() -> list[list[str]]:
    """Threat, defence, tests of each row."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_threat_has_its_tests(row: list[str]) -> None:
    """Each named one stands in its file, at the top or in a class."""
    threat, defence, tests = row
    assert threat
    assert defence
    named = re.findall(r"`([^`]+)`", tests)
    assert named
    for test in named:
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        defined = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in defined, test


def test_the_threats_are_all_there() -> None:
    """As many as were thought of; none gets lost in an edit."""
    assert len({row[0] for row in rows()}) >= 29


def test_the_linter_looks_for_built_queries() -> None:
    """Bandit's rules are on, and nothing of the service is exempt from the one on SQL."""
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in ruff["select"]
    assert not {"S", "S6", "S608"} & set(ruff["ignore"])
    assert not [path for path in ruff["per-file-ignores"] if path.startswith("backend")]
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "backend").rglob("*.py")]
    assert not [text for text in sources if "S608" in text]
