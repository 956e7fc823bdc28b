"""`--self-test`, as IT runs it after a roll-out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from desktop.app import self_test
from desktop.app.wiring import HUB_APP
from desktop.system.installation import tidy_environment


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What the client's app says of this checkout."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop.participant", "--self-test"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_it_needs_neither_settings_nor_service(report: dict[str, Any]) -> None:
    assert report["ok"]
    assert report["installed"] is False
    assert set(report["checks"]) == set(self_test.CHECKS)


def test_pictures_and_sound_really_went_through(report: dict[str, Any]) -> None:
    assert report["checks"]["video"]["pictures"] >= 1
    assert report["checks"]["voice"]["amplitude"] > 4_000


def test_a_broken_part_is_named_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> dict[str, Any]:
        raise OSError("libvpx.so.7: cannot open shared object file")

    monkeypatch.setattr(self_test, "CHECKS", {"environment": self_test.check_environment, "video": broken})
    assert self_test.main(HUB_APP) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["checks"]["environment"]["ok"]
    assert answer["checks"]["video"]["error"] == "OSError: libvpx.so.7: cannot open shared object file"


def test_programs_that_we_start_see_the_user_s_library_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/mikl/visio/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/home/me/lib")
    tidy_environment()
    assert os.environ["LD_LIBRARY_PATH"] == "/home/me/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
