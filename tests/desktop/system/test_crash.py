"""A run that broke off is noticed at the next start, with what is known of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.system.crash import LINES_KEPT, REPORT, CrashWatch
from tests.support.app_process import ROOT

CRASH = """
import os, signal, sys
from pathlib import Path
from desktop.system.crash import CrashWatch
watch = CrashWatch(Path(sys.argv[1]), Path(sys.argv[2]), "1.2.3")
watch.begin()
os.kill(os.getpid(), getattr(signal, sys.argv[3]))
"""


def crash(folder: Path, log: Path, how: str) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH, str(folder), str(log), how], cwd=ROOT, check=False)
    assert done.returncode != 0


def watch(folder: Path) -> CrashWatch:
    return CrashWatch(folder, folder / "app.log", "1.2.4")


def test_a_clean_end_leaves_nothing_to_say(tmp_path: Path) -> None:
    first = watch(tmp_path)
    assert first.begin() == ""
    first.end()
    first.end()
    second = watch(tmp_path)
    assert second.begin() == ""
    second.end()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGSEGV"])
def test_a_crash_is_reported_once_with_the_end_of_the_log(tmp_path: Path, how: str) -> None:
    lines = [f"line {number}" for number in range(200)]
    (tmp_path / "app.log").write_text("\n".join([*lines, "sent to alice@demo.visio token=abcdef123456"]))
    crash(tmp_path, tmp_path / "app.log", how)
    after = watch(tmp_path)
    report = after.begin()
    after.end()
    assert "1.2.3" in report
    assert "line 199" in report
    assert f"line {200 - LINES_KEPT}" not in report
    assert "alice" not in report
    assert "abcdef123456" not in report
    assert ("Fatal Python error: Segmentation fault" in report) == (how == "SIGSEGV")
    kept = tmp_path / REPORT
    assert kept.read_text() == report
    assert kept.stat().st_mode & 0o077 == 0
    again = watch(tmp_path)
    assert again.begin() == ""
    again.end()


def test_a_folder_that_cannot_be_written_does_not_stop_the_start(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    made = CrashWatch(blocked / "data", tmp_path / "app.log", "1")
    assert made.begin() == ""
