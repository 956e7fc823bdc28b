"""One instance per user, product and profile, shown with processes of their own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from desktop.system.single_instance import InstanceError, SingleInstance, StartRequest
from tests.support.app_process import ROOT

Start = Callable[..., "subprocess.Popen[str]"]

LATER = """
import sys
from pathlib import Path
from desktop.system.single_instance import SingleInstance, StartRequest
instance = SingleInstance(sys.argv[1], folder=Path(sys.argv[2]))
first = instance.claim(StartRequest(link=sys.argv[3]))
print("first" if first else "later", flush=True)
if first:
    sys.stdin.readline()
"""
"""A start as the apps make it, which keeps the lock until its input ends."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short, as the runtime folder's is: a socket's path may have 108 characters."""
    with tempfile.TemporaryDirectory(prefix="mikl-") as name:
        yield Path(name)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a process that claims to be the first."""
    made: list[subprocess.Popen[str]] = []

    def started(link: str = "", profile: str = "p") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", LATER, profile, str(folder), link],
            cwd=ROOT,
            env=os.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        made.append(process)
        return process

    yield started
    for process in made:
        process.kill()
        process.communicate()


@pytest.fixture
def first(qtbot: QtBot, folder: Path) -> Iterator[SingleInstance]:
    """The first instance, in this process, with Qt's loop to answer the others."""
    made = SingleInstance("p", folder=folder)
    assert made.claim(StartRequest())
    yield made
    made.release()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_later_start_hands_over_what_it_was_asked(
    qtbot: QtBot, first: SingleInstance, start: Start
) -> None:
    first.listen()
    with qtbot.waitSignal(first.asked, timeout=20_000) as heard:
        later = start("mikl://meetings/x")
    assert heard.args == [StartRequest(link="mikl://meetings/x")]
    assert said(later) == "later"
    assert later.wait(10) == 0


def test_a_start_waits_for_a_first_that_is_still_starting(
    qtbot: QtBot, first: SingleInstance, start: Start
) -> None:
    later = start("mikl://meetings/y")
    qtbot.wait(400)  # longer than a turn of its waiting
    assert later.poll() is None
    with qtbot.waitSignal(first.asked, timeout=20_000):
        first.listen()
    assert said(later) == "later"


def test_other_profiles_are_other_instances(first: SingleInstance, start: Start) -> None:
    assert said(start(profile="another")) == "first"


def test_after_a_crash_the_next_start_is_the_first(start: Start) -> None:
    crashed = start()
    assert said(crashed) == "first"
    crashed.kill()
    crashed.wait(10)
    assert said(start()) == "first"


@pytest.mark.skipif(sys.platform == "win32", reason="select() knows no pipes on Windows")
def test_of_several_starts_at_once_one_is_the_first(qtbot: QtBot, start: Start) -> None:
    racers = [start() for _ in range(4)]
    qtbot.waitUntil(lambda: ready(racers) != [], timeout=30_000)
    winners = ready(racers)
    assert [said(each) for each in winners] == ["first"]
    qtbot.wait(500)  # it never listens: the others, started by now, go on asking
    assert ready([each for each in racers if each not in winners]) == []


def ready(processes: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    """Those that have said something."""
    return [each for each in processes if each.stdout and select.select([each.stdout], [], [], 0)[0]]


def test_one_that_does_not_answer_is_said(first: SingleInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.system.single_instance.ANSWER_TIMEOUT_S", 0.2)
    with pytest.raises(InstanceError, match="does not answer"):
        SingleInstance("p", folder=first._folder).claim(StartRequest())


@pytest.mark.parametrize("sent", [b"hello\n", b"[]\n", b'{"link": "' + b"x" * 400 + b'"}\n', b"x" * 5_000])
def test_what_is_no_start_is_dropped(qtbot: QtBot, first: SingleInstance, sent: bytes) -> None:
    first.listen()
    heard: list[StartRequest] = []
    first.asked.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(first._address)
    socket.write(sent)
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState, timeout=5_000)
    assert heard == []
    assert socket.readAll().isEmpty()
