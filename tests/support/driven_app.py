"""Runs one of the real apps and lets another process drive its real widgets.

`python -m tests.support.driven_app hub|participant [the app's own arguments]` reads one JSON
command a line on standard input and answers each with one JSON line on standard output. The app is
the one that people start; only clicks, keys and looks come from outside. Used by the demo, the
end-to-end tests and the benches.

A command is `{"id": n, "do": name, …}`; the answer `{"id": n, "ok": true, …}` or
`{"id": n, "ok": false, "error": text}`. Commands that need something on screen wait for it, up to
`timeout_s` (default 30). `at` in an answer is the monotonic clock, the same for all processes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from enum import Enum
from typing import Any

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDateEdit, QDialog, QLineEdit, QTimeEdit, QWidget

from desktop.app.start import main as start
from desktop.app.wiring import HUB_APP, PARTICIPANT_APP, Shell
from desktop.view_models.device_states import DeviceKind
from desktop.view_models.states import ListPhase
from desktop.views.theme import ThemeChoice

POLL_S = 0.01
LIMIT_S = 40.0
LAG_PERIOD_MS = 10
Command = dict[str, Any]
LOADED = (ListPhase.READY, ListPhase.EMPTY)


class DriverError(Exception):
    """A command cannot be done; the text goes back to the caller."""


class Driver(QObject):
    """Carries out commands on Qt's thread, one after the other."""

    arrived = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._notices: list[dict[str, Any]] = []
        self._heard: QObject | None = None
        self._task: asyncio.Task[None] | None = None
        self.arrived.connect(self._queue.put_nowait, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Start reading commands; the end of standard input stops the app."""
        self._task = asyncio.get_running_loop().create_task(self._work())
        threading.Thread(target=self._read, name="driver input", daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.arrived.emit(line)
        self.arrived.emit(json.dumps({"id": 0, "do": "quit"}))

    async def _work(self) -> None:
        while True:
            command: Command = json.loads(await self._queue.get())
            answer: Command = {"id": command["id"], "ok": True}
            try:
                handler: Callable[[Command], Any] = getattr(self, "do_" + command["do"])
                answer |= await handler(command) or {}
            except DriverError as error:
                answer |= {"ok": False, "error": str(error)}
            sys.stdout.write(json.dumps(answer | {"at": time.monotonic()}) + "\n")
            sys.stdout.flush()
            if command["do"] == "quit":
                return

    # ------------------------------------------------------------------ finding

    def _listen(self) -> None:
        """Note the notices of whichever list is in use."""
        model = self._shell.list_model
        if model is not None and model is not self._heard:
            model.notified.connect(
                lambda notice: self._notices.append(
                    {"kind": notice.kind, "meeting_id": str(notice.meeting_id)}
                )
            )
            self._heard = model

    async def _until(self, condition: Callable[[], Any], command: Command, what: str) -> Any:
        deadline = time.monotonic() + float(command.get("timeout_s", LIMIT_S))
        while True:
            self._listen()
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise DriverError(f"{what} did not happen in time; on screen: {self._summary()}")
            await asyncio.sleep(POLL_S)

    def _summary(self) -> str:
        names = [
            each.objectName()
            for top in QApplication.topLevelWidgets()
            if top.isVisible()
            for each in [top, *top.findChildren(QWidget)]
            if each.objectName() and each.isVisible() and not each.objectName().startswith("qt_")
        ]
        return ", ".join(names)

    def _visible(self, name: str) -> QWidget | None:
        for top in QApplication.topLevelWidgets():
            if not top.isVisible():
                continue
            for widget in [top, *top.findChildren(QWidget)]:
                if widget.objectName() == name and widget.isVisible():
                    return widget
        return None

    async def _widget(self, command: Command, *, enabled: bool = True) -> QWidget:
        name = str(command["object"])

        def ready() -> QWidget | None:
            widget = self._visible(name)
            return widget if widget is not None and (widget.isEnabled() or not enabled) else None

        found = await self._until(ready, command, f"widget {name!r} to be usable")
        assert isinstance(found, QWidget)
        return found

    # ------------------------------------------------------------------ commands

    async def do_find(self, command: Command) -> Command:
        """Wait for a widget, until its name holds `accessible` and its hint `hint`; say what it shows."""
        widget = await self._widget(command, enabled=False)
        hint = str(command.get("hint", ""))
        if hint and isinstance(widget, QLineEdit):
            await self._until(lambda: hint in widget.placeholderText(), command, f"the hint {hint!r}")
        wanted = str(command.get("accessible", ""))
        if wanted:
            named = f"{command['object']!r} to be called {wanted!r}"
            await self._until(lambda: wanted in widget.accessibleName(), command, named)
        text = getattr(widget, "text", None)
        return {
            "text": text() if callable(text) else str(text or ""),
            "accessible": widget.accessibleName(),
            "enabled": widget.isEnabled(),
            "width": widget.width(),
            "height": widget.height(),
        }

    async def do_gone(self, command: Command) -> None:
        """Wait until a widget is no longer on screen."""
        name = str(command["object"])
        await self._until(lambda: self._visible(name) is None, command, f"widget {name!r} to go")

    async def do_click(self, command: Command) -> Command:
        """Click in the middle of a widget, as a mouse would."""
        widget = await self._widget(command)
        middle = QPoint(widget.width() // 2, widget.height() // 2)
        clicked_at = time.monotonic()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        return {"clicked_at": clicked_at}

    async def do_type(self, command: Command) -> None:
        """Replace what a field holds by typing."""
        widget = await self._widget(command)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        for character in str(command["text"]):
            # Not QTest.keyClicks: it knows ASCII only, and our users write French.
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character)
                QApplication.sendEvent(widget, event)
        if command.get("enter"):
            QTest.keyClick(widget, Qt.Key.Key_Return)

    async def do_choose_client(self, command: Command) -> None:
        """Type part of a client's name and leave the field: the only match is chosen."""
        await self._until(
            lambda: self._shell.schedule_model and self._shell.schedule_model.state.clients,
            command,
            "the clients",
        )
        await self.do_type(command)
        QTest.keyClick(await self._widget(command), Qt.Key.Key_Tab)
        await self._until(
            lambda: self._shell.schedule_model and self._shell.schedule_model.state.draft.client_id,
            command,
            "the choice of a client",
        )

    async def do_set_day(self, command: Command) -> None:
        """Set a date field (ISO text)."""
        widget = await self._widget(command)
        assert isinstance(widget, QDateEdit)
        widget.setDate(QDate.fromString(str(command["value"]), Qt.DateFormat.ISODate))

    async def do_set_hour(self, command: Command) -> None:
        """Set a time field (HH:MM)."""
        widget = await self._widget(command)
        assert isinstance(widget, QTimeEdit)
        widget.setTime(QTime.fromString(str(command["value"]), "HH:mm"))

    async def do_screenshot(self, command: Command) -> Command:
        """Save what a window shows as PNG; without `object`, the front-most window."""
        window = (
            self._front()
            if "object" not in command
            else (await self._widget(command, enabled=False)).window()
        )
        await asyncio.sleep(float(command.get("settle_s", 0.25)))  # animations of 200 ms end
        picture = window.grab()
        if not picture.save(str(command["file"]), "PNG"):
            raise DriverError(f"cannot write {command['file']}")
        return {"width": picture.width(), "height": picture.height()}

    def _front(self) -> QWidget:
        shell = self._shell
        for window in (shell.dialog, shell.room.window, shell.entry.window, shell.window):
            if window is not None and window.isVisible():
                return window
        raise DriverError("no window is on screen")

    async def do_language(self, command: Command) -> None:
        """Switch the language."""
        self._shell.language.use(str(command["value"]))

    async def do_theme(self, command: Command) -> None:
        """Switch the theme."""
        self._shell.theme.set_choice(ThemeChoice(str(command["value"])))

    async def do_list(self, command: Command) -> Command:
        """What the list shows; with `title`, wait for a row with it, with `action` for that button."""

        def wanted() -> Command | None:
            rows = self._rows()
            if "title" not in command:
                loaded = self._shell.list_model is not None and self._shell.list_model.state.phase in LOADED
                return {"rows": rows} if loaded else None
            match = [
                row
                for row in rows
                if row["title"] == command["title"] and row["action"] == command.get("action", row["action"])
            ]
            return {"rows": match} if match else None

        found: Command = await self._until(wanted, command, f"list row {command.get('title', '')!r}")
        return found

    def _rows(self) -> list[dict[str, Any]]:
        model = self._shell.list_model
        if model is None:
            return []
        state = model.state
        rows = [
            *([state.next] if state.next else []),
            *(row for group in state.groups for row in group.rows),
            *state.history,
        ]
        return [plain(asdict(row)) for row in rows]

    async def do_notices(self, command: Command) -> Command:
        """Notices that this app received, waiting for at least `count`."""
        await self._until(lambda: len(self._notices) >= int(command.get("count", 0)), command, "the notice")
        return {"notices": self._notices}

    async def do_preview(self, command: Command) -> Command:
        """Wait until the screen before a room shows our picture; what it says."""

        def wanted() -> Command | None:
            model = self._shell.entry.model
            if model is None or model.picture.count < int(command.get("pictures", 1)):
                return None
            state = model.state
            return {
                "line": state.line,
                "waiting": state.waiting,
                "countdown": state.countdown,
                "errors": [state.picker(kind).error for kind in DeviceKind if state.picker(kind).error],
            }

        return {"preview": await self._until(wanted, command, "the own picture before the room")}

    async def do_share_choices(self, command: Command) -> Command:
        """What the open picker offers, waiting for one called `name`, with a live picture; its widget."""

        def wanted() -> Command | None:
            sharing = self._shell.room.sharing
            if sharing is None:
                return None
            for choice in sharing.state.choices:
                if choice.name == command["name"] and sharing.picture(choice.key).picture is not None:
                    return {"object": f"share-{choice.key}", "is_ours": choice.is_ours}
            return None

        found: Command = await self._until(wanted, command, f"{command['name']!r} in the picker")
        return found

    async def do_save_screen(self, command: Command) -> Command:
        """Save the picture of somebody's shared screen as PNG, once `pictures` of it have come."""
        model = self._shell.room.model

        def wanted() -> str | None:
            if model is None:
                return None
            key = next((tile.key for tile in model.state.tiles if tile.is_screen), "")
            return key if key and model.picture(key).count >= int(command["pictures"]) else None

        key = await self._until(wanted, command, "a shared screen")
        picture = model.picture(key).picture if model is not None else None
        if picture is None:
            raise DriverError("the shared screen has no picture")
        image = QImage(
            picture.data,
            picture.width_px,
            picture.height_px,
            picture.stride_bytes,
            QImage.Format.Format_RGB32,
        )
        if not image.save(str(command["file"])):
            raise DriverError(f"cannot write {command['file']}")
        return {"width": picture.width_px, "height": picture.height_px}

    async def do_screens(self, command: Command) -> None:
        """Wait until so many screens are shared with this side."""
        await self._until(
            lambda: (
                sum(tile["is_screen"] for tile in (self._room() or {"tiles": ()})["tiles"])
                == int(command["count"])
            ),
            command,
            "the number of shared screens",
        )

    async def do_room(self, command: Command) -> Command:
        """The room as this side sees it; waits for `phase`, and for `painted` remote pictures."""

        def wanted() -> Command | None:
            seen = self._room()
            if seen is None:
                return None
            if command.get("phase", seen["phase"]) != seen["phase"]:
                return None
            if any(tile["painted"] < int(command.get("painted", 0)) for tile in seen["tiles"]):
                return None
            if len(seen["tiles"]) < int(command.get("tiles", 0)):
                return None
            for tile in seen["tiles"]:
                if command.get("muted", tile["muted"]) != tile["muted"]:
                    return None
                if command.get("remote_camera_on", tile["camera_on"]) != tile["camera_on"]:
                    return None
                if command.get("coded") and tile["code"] is None:
                    return None
            return seen

        return {"room": await self._until(wanted, command, f"room {command}")}

    def _room(self) -> Command | None:
        model, window, bridge = self._shell.room.model, self._shell.room.window, self._shell.room.bridge
        if model is None or window is None or bridge is None:
            return None
        state = model.room_state
        accounts = {
            stream.stream_id: person.account_id for person in state.participants for stream in person.streams
        }
        tiles = [
            plain(asdict(tile))
            | {
                "account_id": accounts.get(tile.key, ""),
                "painted": window.stage.painted(tile.key),
                "received": model.picture(tile.key).count,
                "first_painted_at": window.stage.first_painted_at(tile.key),
                "code": self._code(tile.key),
                "heard": bridge.audio_level(tile.key).rms,
            }
            for tile in model.state.tiles
        ]
        return {
            "phase": state.phase.value,
            "stage": model.state.stage.value,
            "message": model.state.message,
            "detail": model.state.detail,
            "warning": model.state.warning,
            "error": model.state.error.sentence if model.state.error else "",
            "microphone_on": state.microphone_on,
            "camera_on": state.camera_on,
            "tiles": tiles,
        }

    def _code(self, key: str) -> dict[str, int] | None:
        """The frame code of the picture that this tile paints."""
        import numpy as np  # noqa: PLC0415  (only in rooms: a driven app starts as quickly as any other)

        from desktop.devices.frame_code import read_frame_code  # noqa: PLC0415

        model = self._shell.room.model
        picture = model.picture(key).picture if model is not None else None
        if picture is None:
            return None
        rows = np.frombuffer(picture.data, np.uint8)[: picture.height_px * picture.stride_bytes]
        pixels = rows.reshape(picture.height_px, picture.stride_bytes)[:, : picture.width_px * 4]
        code = read_frame_code(pixels.reshape(picture.height_px, picture.width_px, 4))
        return None if code is None else {"source_id": code.source_id, "number": code.number}

    async def do_energy(self, command: Command) -> Command:
        """Energy at a frequency in what the loudspeaker plays, waiting until it is above `above`."""
        from desktop.devices.test_tone import energy_at  # noqa: PLC0415

        frequency = float(command["frequency_hz"])

        def heard() -> float | None:
            bridge = self._shell.room.bridge
            output = bridge.devices.output if bridge is not None and bridge.devices is not None else None
            recent = getattr(output, "recent", None)
            if recent is None:
                return None
            energy = float(energy_at(recent(), frequency))
            return energy if energy >= float(command.get("above", 0.0)) else None

        return {"energy": await self._until(heard, command, f"a tone of {frequency} Hz")}

    async def do_resize_room(self, command: Command) -> None:
        """Give the room window a size."""
        window = self._shell.room.window
        if window is None:
            raise DriverError("no room is open")
        window.resize(int(command["width"]), int(command["height"]))

    async def do_watch_pictures(self, command: Command) -> Command:
        """When pictures were drawn and painted, by their number, over `seconds` (monotonic clock).

        Drawn are those of the generated camera, painted those of the first remote tile.
        """
        from desktop.devices.test_picture import TestPicture  # noqa: PLC0415

        window, model = self._shell.room.window, self._shell.room.model
        if window is None or model is None:
            raise DriverError("no room is open")
        drawn: dict[int, float] = {}
        painted: dict[int, float] = {}
        make, paint = TestPicture.frame, window.stage.paintEvent
        stage, key = window.stage, model.state.tiles[0].key

        def frame(source: TestPicture, number: int) -> Any:
            drawn[number] = time.monotonic()
            return make(source, number)

        def paint_event(event: Any) -> None:
            paint(event)
            at_s = time.monotonic()
            if (code := self._code(key)) is not None:
                painted.setdefault(code["number"], at_s)

        TestPicture.frame = frame  # type: ignore[method-assign, assignment]
        stage.paintEvent = paint_event  # type: ignore[method-assign]
        try:
            await asyncio.sleep(float(command["seconds"]))
        finally:
            TestPicture.frame = make  # type: ignore[method-assign]
            del stage.paintEvent
        return {"drawn": drawn, "painted": painted}

    async def do_watch_lag(self, command: Command) -> Command:
        """How late Qt's loop comes to a timer of 10 ms, over `seconds`: the percentiles in milliseconds."""
        lags_ms: list[float] = []
        expected = time.monotonic() + LAG_PERIOD_MS / 1000

        def look() -> None:
            nonlocal expected
            now = time.monotonic()
            lags_ms.append(max(0.0, now - expected) * 1000)
            expected = now + LAG_PERIOD_MS / 1000

        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(look)
        timer.start(LAG_PERIOD_MS)
        await asyncio.sleep(float(command["seconds"]))
        timer.stop()
        lags_ms.sort()
        return {f"p{share}": lags_ms[(len(lags_ms) - 1) * share // 100] for share in (50, 95, 99)}

    async def do_tray(self, command: Command) -> Command:
        """Rows of the tray's menu; with `click`, take the one with these words."""
        tray = await self._until(
            lambda: self._shell.presence and self._shell.presence.tray, command, "the tray icon"
        )
        rows = [each for each in tray.menu.actions() if each.isVisible() and each.text()]
        for row in rows:
            if row.text() == command.get("click") and row.isEnabled():
                row.trigger()
        return {"rows": [row.text() for row in rows]}

    async def do_clipboard(self, _command: Command) -> Command:
        """What was copied last."""
        return {"text": QApplication.clipboard().text()}

    async def do_close_dialog(self, _command: Command) -> None:
        """Dismiss the open dialog."""
        if isinstance(self._shell.dialog, QDialog):
            self._shell.dialog.reject()

    async def do_quit(self, _command: Command) -> None:
        """Close the app as its window's close button would."""
        self._shell.stop()


def plain(value: Any) -> Any:
    """Dataclass content as JSON can hold it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def main() -> int:
    """Run the app named by the first argument, driven by standard input."""
    kind = HUB_APP if sys.argv[1] == "hub" else PARTICIPANT_APP
    drivers: list[Driver] = []

    def on_shell(shell: Shell) -> None:
        driver = Driver(shell)
        drivers.append(driver)  # the signal connections need it alive
        driver.begin()

    return start(kind, sys.argv[2:], on_shell)


if __name__ == "__main__":
    raise SystemExit(main())
