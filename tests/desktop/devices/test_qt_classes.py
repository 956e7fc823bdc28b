"""All of PySide6's classes are made before a second thread uses Qt, and none before a window needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop.devices.conftest import RunScenario

ROOT = Path(__file__).resolve().parents[3]

MADE = """
import sys
from PySide6 import QtCore, QtGui, QtNetwork, QtWidgets
from desktop.qt_classes import import_qt, make_classes

{make}
found, todo = set(), [QtCore.QObject.__mro__[-2]]
while todo:
    for each in type.__subclasses__(todo.pop()):
        if each not in found and each.__module__.startswith("PySide6."):
            found.add(each)
            todo.append(each)
print("\\n".join(sorted(f"{each.__module__}.{each.__qualname__}" for each in found)))
"""


def made(make: str, option: str | None) -> set[str]:
    """The classes that a process has after `make`, with PySide's own option for making them at import."""
    environment = {name: value for name, value in os.environ.items() if name != "PYSIDE6_OPTION_LAZY"}
    if option is not None:
        environment["PYSIDE6_OPTION_LAZY"] = option
    done = subprocess.run(
        [sys.executable, "-c", MADE.replace("{make}", make)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return set(done.stdout.split())


def test_all_classes_are_made_that_pyside_would_make_at_import() -> None:
    eager = made("import PySide6.QtMultimedia", "0")
    assert made("import_qt('QtMultimedia')", None) == eager
    assert len(eager) > 700


def test_without_it_hardly_any_is_made() -> None:
    """What the start saves; and the comparison above can tell the difference."""
    assert len(made("", None)) < 100


def test_two_devices_start_at_once_without_a_crash(
    request: pytest.FixtureRequest, run_scenario: RunScenario
) -> None:
    """Microphone and loudspeaker, each in its thread, in fresh processes; fifty with `--long`."""
    for _ in range(50 if request.config.getoption("--long") else 3):
        assert run_scenario("together")["opened"] == ["microphone", "speaker"]


@pytest.mark.parametrize("module", ["desktop.participant", "desktop.hub"])
def test_importing_an_app_makes_no_class_of_qt(module: str) -> None:
    program = f"import {module}, desktop.app.start, sys; from PySide6 import QtCore; print(len(vars(QtCore)))"
    environment = {name: value for name, value in os.environ.items() if name != "PYSIDE6_OPTION_LAZY"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 150
