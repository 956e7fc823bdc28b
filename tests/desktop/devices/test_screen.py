"""Real windows on a real X server: listed, captured, gone; and their text at the other side of a room."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage

from desktop.devices import screen as screen_module
from tests.desktop.devices.screen_scenarios import SENTENCES
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.x_server import missing_programs, x_server

ROOT = Path(__file__).resolve().parents[3]

RunOnScreen = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def on_screen() -> Iterator[RunOnScreen]:
    """Runs one of `screen_scenarios.py` on a private X server and returns its findings."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (Debian: xvfb, openbox, x11-utils)")
    with x_server() as server:
        yield lambda name, *arguments: scenario(name, *arguments, environment=server.environment)


def scenario(name: str, *arguments: str, environment: dict[str, str]) -> dict[str, Any]:
    """One scenario in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.desktop.devices.screen_scenarios", name, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    findings: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return findings


def test_a_window_from_listing_to_closing(on_screen: RunOnScreen) -> None:
    """It is not sent while nothing changes, survives being minimised, and ends when it is closed."""
    seen = on_screen("window")
    assert seen["error"] == ""
    assert seen["renamed_keeps_its_key"]
    assert (seen["format"], seen["size"]) == ("yuv420p", [640, 360])
    assert seen["frames_while_still"] <= 1
    assert seen["changed"]
    assert seen["resized"]
    assert (seen["ended_while_hidden"], seen["came_back"]) == (0, True)
    assert seen["ended"] == 1
    assert seen["ended_after_s"] < 2
    assert seen["late"] == "screen-gone"
    assert seen["threads"] == ["MainThread"]


def test_a_whole_screen_at_its_full_size_without_holding_up_the_windows(on_screen: RunOnScreen) -> None:
    seen = on_screen("whole_screen")
    assert (seen["kind"], seen["error"], seen["size"]) == ("screen", "", [1920, 1080])
    assert 4 <= seen["frames_in_2_s"] <= 2 * screen_module.FRAME_RATE + 1
    assert seen["worst_lag_ms"] < 200
    assert seen["after_close"] == 0
    assert seen["threads"] == ["MainThread"]


def test_where_nothing_can_capture_it_is_said_at_once() -> None:
    seen = scenario("unavailable", environment={"QT_QPA_PLATFORM": "offscreen"})
    assert seen == {"listed": 0, "error": "screen-unavailable"}


def test_the_picker_has_live_pictures_and_knows_the_meeting_itself(on_screen: RunOnScreen) -> None:
    """A title with an accent as well, which Qt reads wrongly from X11."""
    seen = on_screen("previews")
    assert (seen["kinds"], seen["area"]) == ([True, False, False], [0, 0, 1920, 1080])
    assert (seen["ours"], seen["red_is_ours"]) == ([True], False)
    assert sorted(seen["names"]) == ["Rouge", "Réunion"]
    assert seen["window_area"] == seen["shown_area"]
    assert seen["size"] == [480, 270]
    assert seen["blue_later"]
    assert seen["worst_lag_ms"] < 250
    assert seen["threads"] == ["MainThread"]


@pytest.fixture(scope="module")
def media_server() -> Iterator[RunningOpenVidu]:
    """A server to share through."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


def test_the_text_of_a_shared_window_is_read_on_the_other_side(
    on_screen: RunOnScreen, media_server: RunningOpenVidu, tmp_path: Path
) -> None:
    """The fourth picture that arrives, of 11-point text: nearly the same, and a machine reads it."""
    seen = on_screen("shared", *asyncio.run(tokens(media_server)), str(tmp_path))
    assert seen["size"] == seen["own_size"] == [960, 540]
    assert seen["ended_with_the_window"]
    difference = pixels(tmp_path / "shown.png") - pixels(tmp_path / "arrived.png")
    peak_db = 20 * np.log10(255 / np.sqrt(np.mean(np.square(difference))))
    assert peak_db > 30
    if shutil.which("tesseract") is None:
        pytest.skip("not installed: tesseract (Debian: tesseract-ocr); the pixels were compared")
    wanted, read = words_in(" ".join(SENTENCES)), words_in(read_text(tmp_path / "arrived.png"))
    assert len(wanted & read) >= 0.9 * len(wanted), (wanted - read, read)


async def tokens(running: RunningOpenVidu) -> tuple[str, str, str]:
    """For who shares, for who looks, and for the screen."""
    async with OpenViduRest(running.url, running.secret) as rest:
        session = await rest.create_session(f"mtg_{secrets.token_hex(8)}")
        sharer, viewer, screen = (
            json.dumps({"account": account, "name": name, **more})
            for account, name, more in (("b", "Bo", {}), ("a", "Ada", {}), ("b", "Bo", {"purpose": "screen"}))
        )
        return (
            await rest.token(session, data=sharer),
            await rest.token(session, data=viewer),
            await rest.token(session, data=screen),
        )


def pixels(file: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Grey levels of a picture."""
    image = QImage(str(file)).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(np.float64)


def read_text(file: Path) -> str:
    """What tesseract reads in a picture."""
    image = QImage(str(file))
    larger = file.with_name("larger.png")
    image.scaled(image.size() * 2).save(str(larger))  # it expects print, which is 300 dots an inch
    done = subprocess.run(
        ["tesseract", larger, "-", "--psm", "6"], capture_output=True, text=True, check=True
    )
    return done.stdout


def words_in(text: str) -> set[str]:
    """Words without accents, which the English model does not know."""
    plain = text.lower().translate(str.maketrans("éèêàâùûîïôç", "eeeaauuiioc"))
    return {word.strip(".,:") for word in plain.split() if word.strip(".,:")}
