"""What the tests of real screens run in a process of its own: see `tests.support.x_server`.

    python -m tests.desktop.devices.screen_scenarios SCENARIO [ARGUMENT …]

runs against the X server of its environment and prints its findings as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import av
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QApplication, QLabel

from desktop.app.media_thread import MediaThread
from desktop.app.screens import MachineScreens, own_titles
from desktop.devices.screen import Screen
from desktop.devices.screen_list import ScreenKind, ScreenList, ScreenTarget
from desktop.rtc.errors import RtcError
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import OWN_SCREEN, Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomState, StreamKind

DEADLINE_S = 40.0
Findings = dict[str, object]

SENTENCES = (
    "La réunion commence à quatorze heures.",
    "Objectif du trimestre : trois clients de plus.",
    "Budget prévu 12 480 euros, dépensé 9 315 euros.",
    "Les points 7, 8 et 9 sont reportés à jeudi.",
)
"""What the shared window says, in the 11 points of any office program."""


class Stopwatch:
    """Runs the main thread's events; knows how long it was held up."""

    def __init__(self, app: QApplication) -> None:
        self.app = app

    def until(self, reached: Callable[[], bool]) -> bool:
        """Run events until something is so; False when it is not in time."""
        deadline = time.monotonic() + DEADLINE_S
        step = threading.Event()
        while not reached():
            if time.monotonic() > deadline:
                return False
            self.app.processEvents()
            step.wait(0.005)
        return True


def page(title: str, text: str = "Bonjour", width: int = 640, height: int = 360) -> QLabel:
    """A window on screen."""
    label = QLabel(text)
    label.setWindowTitle(title)
    font = QFont("Inter")
    font.setPointSize(11)
    label.setFont(font)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setStyleSheet("background: white; color: black; padding: 16px")
    label.resize(width, height)
    label.show()
    return label


def target_named(screens: ScreenList, name: str) -> ScreenTarget | None:
    """The window of that title."""
    return next((each for each in screens.targets() if each.name == name), None)


def opened(screen: Screen, app: Stopwatch, frames: list[av.VideoFrame]) -> str:
    """Open in a worker thread while events run; the code of the error, "" when it opened."""
    done: list[str] = []

    def work() -> None:
        try:
            screen.open(frames.append)
        except RtcError as error:
            done.append(error.code.value)
        else:
            done.append("")

    threading.Thread(target=work).start()
    app.until(lambda: bool(done))
    return done[0] if done else "hangs"


def window(app: Stopwatch) -> Findings:
    """One window from listing to closing."""
    label = page("Page un")
    screens = ScreenList()
    app.until(lambda: target_named(screens, "Page un") is not None)
    target = target_named(screens, "Page un")
    assert target is not None
    label.setWindowTitle("Page deux")
    app.until(lambda: target_named(screens, "Page deux") is not None)
    renamed = target_named(screens, "Page deux")
    ended: list[float] = []
    screen = Screen(target)
    screen.when_ended(lambda: ended.append(time.monotonic()))
    frames: list[av.VideoFrame] = []
    error = opened(screen, app, frames)
    first = len(frames)
    still_since = time.monotonic()
    app.until(lambda: time.monotonic() - still_since > 1.0)
    still = len(frames)
    label.setText("Au revoir")
    changed = app.until(lambda: len(frames) > still)
    label.resize(500, 300)
    resized = app.until(lambda: (frames[-1].width, frames[-1].height) == (500, 300))
    label.showMinimized()
    hidden_since = time.monotonic()
    app.until(lambda: time.monotonic() - hidden_since > 1.5)
    ended_while_hidden = len(ended)
    label.showNormal()
    label.setText("Revenu")
    before = len(frames)
    came_back = app.until(lambda: len(frames) > before)
    closed_at = time.monotonic()
    label.close()
    app.until(lambda: bool(ended))
    app.until(lambda: time.monotonic() - closed_at > 2.5)
    late = opened(Screen(target), app, [])
    screen.close()
    return {
        "error": error,
        "renamed_keeps_its_key": renamed is not None and renamed.key == target.key,
        "format": frames[0].format.name,
        "size": [frames[0].width, frames[0].height],
        "frames_while_still": still - first,
        "changed": changed,
        "resized": resized,
        "ended_while_hidden": ended_while_hidden,
        "came_back": came_back,
        "ended": len(ended),
        "ended_after_s": (ended[0] - closed_at) if ended else None,
        "late": late,
        "threads": [thread.name for thread in threading.enumerate()],
    }


def whole_screen(app: Stopwatch) -> Findings:
    """A whole screen, something moving on it; how long the windows' thread is held up meanwhile."""
    label = page("Compteur")
    screens = ScreenList()
    app.until(lambda: target_named(screens, "Compteur") is not None)
    target = screens.targets()[0]
    screen = Screen(target)
    frames: list[av.VideoFrame] = []
    error = opened(screen, app, frames)
    began, count, worst_s = time.monotonic(), len(frames), 0.0
    cpu = time.process_time()
    last = began
    while time.monotonic() - began < 2.0:
        label.setText(f"{time.monotonic():.3f}")
        app.app.processEvents()
        time.sleep(0.005)
        now = time.monotonic()
        worst_s, last = max(worst_s, now - last), now
    delivered = len(frames) - count
    cpu = time.process_time() - cpu
    screen.close()
    after = len(frames)
    app.until(lambda: time.monotonic() - last > 0.3)
    return {
        "kind": target.kind.value,
        "error": error,
        "size": [frames[0].width, frames[0].height],
        "frames_in_2_s": delivered,
        "worst_lag_ms": round(worst_s * 1000),
        "cpu_s_in_2_s": round(cpu, 2),
        "after_close": len(frames) - after,
        "threads": [thread.name for thread in threading.enumerate()],
    }


def unavailable(app: Stopwatch) -> Findings:
    """Without an X server or portal."""
    main = ScreenTarget("screen", ScreenKind.SCREEN, "", handle=QApplication.primaryScreen())
    return {"listed": len(ScreenList().targets()), "error": opened(Screen(main), app, [])}


def shared(app: Stopwatch, sharer: str, viewer: str, screen_token: str, out: str) -> Findings:
    """A window shared from one room to another: what was shown and what arrived, as pictures in `out`."""
    label = page("Document", "\n\n".join(SENTENCES), 960, 540)
    screens = ScreenList()
    app.until(lambda: target_named(screens, "Document") is not None)
    target = target_named(screens, "Document")
    assert target is not None
    assert target.kind is ScreenKind.WINDOW
    media = MediaThread()
    media.start()
    states: dict[str, RoomState] = {}
    rooms: dict[str, Room] = {}

    async def join(name: str, token: str) -> None:
        request = RoomRequest(token, name, microphone_on=False, camera_on=False)
        room = open_room(request, RoomDevices(None, None, None), lambda state: states.update({name: state}))
        rooms[name] = room
        await room.join()

    def run(work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        assert media._loop is not None
        task = asyncio.run_coroutine_threadsafe(work(), media._loop)
        done = app.until(task.done)
        if done:
            task.result()
        return done

    run(lambda: join("ada", viewer))
    run(lambda: join("bo", sharer))
    began = time.monotonic()
    run(lambda: rooms["bo"].share_screen(screen_token, Screen(target)))
    shared_after_s = time.monotonic() - began

    def arrived() -> str:
        for person in states["ada"].participants:
            for stream in person.streams:
                if stream.kind is StreamKind.SCREEN:
                    return stream.stream_id
        return ""

    app.until(lambda: bool(arrived()))
    slot = rooms["ada"].picture(arrived())
    app.until(lambda: slot.count >= 1)
    first_after_s = time.monotonic() - began
    app.until(lambda: slot.count >= 4)
    label.grab().save(str(Path(out) / "shown.png"))
    picture = slot.picture
    assert picture is not None
    image = QImage(
        picture.data, picture.width_px, picture.height_px, picture.stride_bytes, QImage.Format.Format_RGB32
    )
    image.save(str(Path(out) / "arrived.png"))
    own = rooms["bo"].picture(OWN_SCREEN).picture
    label.close()
    ended = app.until(lambda: not states["bo"].sharing)
    run(rooms["bo"].leave)
    run(rooms["ada"].leave)
    media.stop()
    return {
        "size": [picture.width_px, picture.height_px],
        "own_size": [own.width_px, own.height_px] if own is not None else None,
        "shared_after_s": round(shared_after_s, 2),
        "first_after_s": round(first_after_s, 2),
        "ended_with_the_window": ended,
    }


def previews(app: Stopwatch) -> Findings:
    """Live small pictures of everything, our own window known as such, and how long windows are held up."""
    red, ours = page("Rouge"), page("Réunion")
    red.setStyleSheet("background: #C00000")
    screens = MachineScreens(lambda: own_titles() - {"Rouge"})
    app.until(lambda: len(screens.listed()) == 3)
    found = screens.listed()
    window = next(each for each in found if each.name == "Rouge")
    screens.show_previews(True)
    slot = screens.preview(window.key)
    began = time.monotonic()
    app.until(lambda: all(screens.preview(each.key).picture is not None for each in found))
    first_s = time.monotonic() - began
    worst_s, last = 0.0, time.monotonic()
    while time.monotonic() - began < first_s + 2.0:
        app.app.processEvents()
        time.sleep(0.005)
        now = time.monotonic()
        worst_s, last = max(worst_s, now - last), now
    place = red.geometry()
    shown_area = [place.x(), place.y(), place.width(), place.height()]
    red.setStyleSheet("background: #0000C0")
    blue = app.until(lambda: _middle(slot)[0] > 150)
    size = [slot.picture.width_px, slot.picture.height_px] if slot.picture is not None else None
    asyncio.run(screens.close())
    ours.close()
    red.close()
    return {
        "kinds": [each.is_screen for each in found],
        "ours": [each.is_ours for each in found if not each.is_screen and each.key != window.key],
        "red_is_ours": window.is_ours,
        "area": found[0].area,
        "window_area": window.area,
        "shown_area": shown_area,
        "names": [each.name for each in found if not each.is_screen],
        "size": size,
        "first_s": round(first_s, 2),
        "worst_lag_ms": round(worst_s * 1000),
        "blue_later": blue,
        "threads": [thread.name for thread in threading.enumerate()],
    }


def _middle(slot: PictureSlot) -> tuple[int, int, int]:
    """Blue, green and red in the middle of a picture."""
    picture = slot.picture
    if picture is None:
        return 0, 0, 0
    place = picture.height_px // 2 * picture.stride_bytes + picture.width_px // 2 * 4
    return picture.data[place], picture.data[place + 1], picture.data[place + 2]


SCENARIOS: dict[str, Callable[..., Findings]] = {
    "window": window,
    "whole_screen": whole_screen,
    "unavailable": unavailable,
    "shared": shared,
    "previews": previews,
}


if __name__ == "__main__":
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    sys.stdout.write(json.dumps(SCENARIOS[sys.argv[1]](Stopwatch(application), *sys.argv[2:])) + "\n")
