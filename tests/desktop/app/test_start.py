"""What the apps say before there is a window."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.app.start import EXIT_BAD_SETTINGS, main, report_exception
from desktop.app.wiring import HUB_APP
from tests.support.app_process import ROOT, AppProcess

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--backend", "ftp://x"], "--backend"),
        (["--backend", "http://visio.example.org"], "https://"),
        (["--backend", NOBODY, "--camera", "none"], "--camera"),
    ],
)
def test_a_bad_argument_stops_the_start_and_names_the_remedy(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(HUB_APP, ["--profile", str(tmp_path), *arguments]) == EXIT_BAD_SETTINGS
    assert said in capsys.readouterr().err


def test_an_unexpected_error_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ZeroDivisionError("for the log")
    except ZeroDivisionError as error:
        with caplog.at_level(logging.CRITICAL):
            report_exception(type(error), error, error.__traceback__)
    assert "for the log" in caplog.text


async def test_an_app_without_a_service_shows_its_card_and_says_what_is_wrong(tmp_path: Path) -> None:
    app = AppProcess("hub", "hub", NOBODY, tmp_path, ("--language", "en"))
    await app.start()
    await app.do("type", object="email", text="mikl@demo.visio", timeout_s=60)
    await app.do("type", object="password", text="demo-visio", enter=True)
    told = await app.do("find", object="signInError", timeout_s=30)
    assert told["text"] or told["accessible"]
    assert await app.quit() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
async def test_sigterm_ends_the_app_cleanly(tmp_path: Path) -> None:
    app = AppProcess("participant", "alice", NOBODY, tmp_path, ("--language", "fr"))
    await app.start()
    await app.do("find", object="signInButton", timeout_s=60)
    app.process.send_signal(signal.SIGTERM)
    assert await app.wait() == 0
    await app.stop()


def test_importing_an_app_loads_no_media_library() -> None:
    """Libraries for media cost most of a second: they wait for a room."""
    code = (
        "import sys, desktop.hub, desktop.participant;"
        "media = ('aiortc', 'PySide6.QtMultimedia', 'livekit', 'av', 'numpy');"
        "print([name for name in media if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
