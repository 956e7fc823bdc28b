"""Which audio devices the sound server of Linux has right now (PulseAudio, or PipeWire in its place).

Qt's lists keep a device that was unplugged until the program ends (6.11 with PulseAudio), and say nothing
when it goes. So the server itself is asked, and tells of every change. Where there is none, and on other
systems, Qt's lists are right as they are.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from desktop.devices.catalogue import Device, DeviceKind

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""How long after the server went it is looked for again."""
STOP_STEP_S = 0.05

_CLIENT = "mikl-visio devices"
_AUDIO = {DeviceKind.MICROPHONE, DeviceKind.SPEAKER}


@dataclass(frozen=True, slots=True)
class ServerDevices:
    """What the server has, by the names that are Qt's ids.

    Attributes:
        present: sources and sinks.
        defaults: its own choices.
    """

    present: frozenset[str] = frozenset()
    defaults: frozenset[str] = frozenset()


class SoundServer:
    """Watches the server in a thread of its own.

    Args:
        on_change: called in that thread when devices came or went.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._now: ServerDevices | None = None
        self._known: set[str] = set()
        self._stopping = threading.Event()
        self._stop_listening: Callable[[], None] | None = None
        # A daemon: a server that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="sound-server", daemon=True)

    def start(self) -> None:
        """Begin; does nothing where no such server can be."""
        if sys.platform == "linux":
            self._thread.start()

    def stop(self) -> None:
        """End and wait for it. Safe twice."""
        self._stopping.set()
        while self._thread.is_alive():
            # The listening that this ends may only be about to begin.
            stop_listening = self._stop_listening
            if stop_listening is not None:
                stop_listening()
            self._thread.join(STOP_STEP_S)

    def corrected(self, kind: DeviceKind, devices: tuple[Device, ...]) -> tuple[Device, ...]:
        """Qt's list of one kind without what the server had once and has no more, with its defaults."""
        now = self._now
        if now is None or kind not in _AUDIO:
            return devices
        gone = self._known - now.present
        left = tuple(device for device in devices if device.device_id not in gone)
        if not any(device.device_id in now.defaults for device in left):
            return left
        return tuple(replace(device, is_default=device.device_id in now.defaults) for device in left)

    def _run(self) -> None:
        try:
            import pulsectl  # noqa: PLC0415  (Linux only, and it needs libpulse)
        except OSError as error:
            log.info("no sound server's library: %s", error)
            return
        while not self._stopping.is_set():
            try:
                with pulsectl.Pulse(_CLIENT) as pulse:
                    self._watch(pulse, pulsectl.PulseLoopStop)
            except pulsectl.PulseError as error:
                log.debug("no sound server: %s", error)
            if self._now is not None:
                self._now = None
                self._on_change()
            self._stopping.wait(RETRY_S)

    def _watch(self, server: Any, loop_stop: type[Exception]) -> None:
        """Look, and look again after every change, until told to stop."""

        def came(_event: object) -> None:
            raise loop_stop

        server.event_mask_set("sink", "source", "server")
        server.event_callback_set(came)
        self._stop_listening = server.event_listen_stop
        try:
            while not self._stopping.is_set():
                self._look(server)
                server.event_listen()
        finally:
            self._stop_listening = None

    def _look(self, server: Any) -> None:
        info = server.server_info()
        present = frozenset(each.name for each in (*server.sink_list(), *server.source_list()))
        now = ServerDevices(present, frozenset({info.default_sink_name, info.default_source_name}))
        self._known |= present
        if now != self._now:
            self._now = now
            self._on_change()
