"""Whole rooms on real audio devices, run in a process of their own: see `tests.support.pulse`.

    python -m tests.desktop.devices.room_scenarios SCENARIO

runs against the PulseAudio of its environment and prints its findings as one line of JSON.

    voice ─▶ sink "mouth" ─▶ Alice's microphone ─▶ room ─▶ Bob's loudspeaker, sink "ear" ─▶ Bob's microphone
                                                                                                     │
                             Alice's loudspeaker, sink "back" ◀── room ◀──── the echo, if there is one ┘

What is played and what is heard goes through PulseAudio's own programs, not through ours.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import qasync
from PySide6.QtCore import QCoreApplication

from desktop.app.device_port import MachineDevices
from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.app.room_devices import RoomDeviceFollower
from desktop.devices.catalogue import DeviceKind
from desktop.devices.choice import QT_MODULES
from desktop.rtc.media import SAMPLE_RATE_HZ
from desktop.rtc.room import OnSignal, OnState, Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.system.settings import Settings
from desktop.view_models.device_states import DeviceNotice, DevicesState
from desktop.view_models.tasks import TaskScope
from tests.support.openvidu import OpenViduRest, openvidu_process
from tests.support.voices import Signal, decibels, frames_of, speech
from tests.support.waiting import until

VOICE = speech(12, seed=4)
"""What is said, over and over."""
SETTLING_S = 8.0
"""What echo cancelling may take to know the way."""
MEASURED_S = 3.0
WHOLE, GONE_DB = 0.9, -25.0
"""Likeness of a voice in which nothing is missing; what is left of its echo where that is not heard."""
HEARD_RMS = 0.01

Findings = dict[str, object]


def pactl(*arguments: str) -> str:
    """Control the sound server; what it says."""
    return subprocess.run(["pactl", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def plug_sink(name: str, description: str = "") -> str:
    """A loudspeaker more; the number to unplug it by."""
    properties = f"sink_properties=device.description={description}" if description else ""
    return pactl("load-module", "module-null-sink", f"sink_name={name}", "rate=48000", *properties.split())


def plug_source(name: str, sink: str) -> str:
    """A microphone more, which hears what a sink plays."""
    return pactl("load-module", "module-remap-source", f"master={sink}.monitor", f"source_name={name}")


@contextmanager
def speaking(sink: str) -> Iterator[None]:
    """Somebody speaks into a sink."""
    command = ["pacat", "--playback", f"--device={sink}", "--rate=48000", "--channels=1", "--format=s16le"]
    player = subprocess.Popen([*command, "--latency-msec=40"], stdin=subprocess.PIPE)
    sound = b"".join(frame.tobytes() for frame in frames_of(VOICE))
    stop = threading.Event()

    def feed() -> None:
        assert player.stdin is not None
        try:
            while not stop.is_set():
                for begin in range(0, len(sound), 9_600):  # 0.1 s
                    player.stdin.write(sound[begin : begin + 9_600])
                    if stop.is_set():
                        return
        except BrokenPipeError:
            return

    thread = threading.Thread(target=feed, name="voice")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        player.terminate()
        player.wait(10)
        thread.join()
        assert player.stdin is not None
        with suppress(BrokenPipeError):  # it was stopped with something still to be played
            player.stdin.close()


class Ear:
    """Records what a sink plays, from now on."""

    def __init__(self, sink: str) -> None:
        command = ["parec", f"--device={sink}.monitor", "--rate=48000", "--channels=1", "--format=s16le"]
        self._recorder = subprocess.Popen([*command, "--latency-msec=20"], stdout=subprocess.PIPE)
        self._data = bytearray()
        self._thread = threading.Thread(target=self._read, name=f"ear at {sink}")
        self._thread.start()

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        while data := self._recorder.stdout.read(1_920):
            self._data += data

    @property
    def loud(self) -> bool:
        """The last 200 ms hold a voice."""
        last = self._sound(bytes(self._data[-19_200:]))
        return last.size > 0 and float(np.sqrt(np.mean(last**2))) > HEARD_RMS

    def last(self, seconds: float) -> Signal:
        """What was recorded last."""
        return self._sound(bytes(self._data[-round(seconds * SAMPLE_RATE_HZ) * 2 :]))

    @staticmethod
    def _sound(data: bytes) -> Signal:
        return np.frombuffer(data[: len(data) // 2 * 2], np.int16).astype(np.float64) / 32_767

    def close(self) -> None:
        """Stop."""
        self._recorder.terminate()
        self._recorder.wait(10)
        self._thread.join()
        assert self._recorder.stdout is not None
        self._recorder.stdout.close()


def likeness(heard: Signal) -> float:
    """How much what was heard goes up and down as the voice does, -1.0 to 1.0, at the best place.

    By loudness in 20 ms and not by samples, since a period more or less here and there is nothing one hears.
    """
    said, got = loudness_db(np.concatenate((VOICE, VOICE))), loudness_db(heard)
    return max(
        float(np.corrcoef(said[place : place + got.size], got)[0, 1]) for place in range(said.size - got.size)
    )


def loudness_db(sound: Signal) -> Signal:
    """Of each 20 ms, pauses as quiet as a room."""
    pieces = sound[: sound.size // 960 * 960].reshape(-1, 960)
    quiet: Signal = 10 * np.log10(np.mean(pieces**2, axis=1) + 1e-6)
    return quiet


class Person:
    """Somebody in the room, as the app would have them."""

    def __init__(self, media: MediaThread, choose: Callable[[], Awaitable[RoomDevices]]) -> None:
        self.bridge = RoomBridge(media, self._open, choose)

    @staticmethod
    def _open(
        request: RoomRequest, devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
    ) -> Room:
        return open_room(request, devices, on_state, on_signal=on_signal)


class Scene:
    """A running server, a session, a media thread."""

    def __init__(self, rest: OpenViduRest) -> None:
        self.rest = rest
        self.session_id = f"mtg_{secrets.token_hex(8)}"
        self.media = MediaThread()
        self.people: list[Person] = []

    async def enter(self, name: str, choose: Callable[[], Awaitable[RoomDevices]]) -> Person:
        """Somebody joins."""
        await self.rest.create_session(self.session_id)
        person = Person(self.media, choose)
        self.people.append(person)
        await person.bridge.join(RoomRequest(await self.rest.token(self.session_id), name, camera_on=False))
        return person


async def staged(play: Callable[[Scene], Awaitable[Findings]]) -> Findings:
    """Play a scenario and take everything down again."""
    with openvidu_process("--log-level", "WARNING") as server:
        async with OpenViduRest(server.url, server.secret) as rest:
            scene = Scene(rest)
            scene.media.start()
            try:
                return await play(scene)
            finally:
                for person in scene.people:
                    await person.bridge.leave()
                scene.media.stop()


def fixed(microphone: str, speaker: str) -> Callable[[], Awaitable[RoomDevices]]:
    """These devices and no camera."""

    async def choose() -> RoomDevices:
        from desktop.devices.microphone import Microphone  # noqa: PLC0415  (as the app does)
        from desktop.devices.speaker import Speaker  # noqa: PLC0415

        return RoomDevices(None, Microphone(microphone), Speaker(speaker))

    return choose


async def voices(scene: Scene) -> Findings:
    """A voice from one to the other and, over the other's loudspeaker and microphone, not back."""
    for sink in ("mouth", "ear", "back"):
        plug_sink(sink)
    plug_source("alice_mic", "mouth")
    plug_source("bob_mic", "ear")
    ears = [Ear("ear"), Ear("back")]
    try:
        with speaking("mouth"):
            await scene.enter("Alice", fixed("alice_mic", "back"))
            await scene.enter("Bob", fixed("bob_mic", "ear"))
            await until(lambda: ears[0].loud, "Alice's voice at Bob's", timeout_s=30)
            await asyncio.sleep(SETTLING_S)
            findings: Findings = {}
            for _ in range(10):
                # A busy machine lets devices wait now and then; look again until there is a stretch without.
                await asyncio.sleep(MEASURED_S)
                heard, back = ears[0].last(MEASURED_S), ears[1].last(MEASURED_S)
                alike = likeness(heard)
                echo_db = decibels(float(np.mean(back**2)), float(np.mean(heard**2)))
                level_db = decibels(float(np.mean(heard**2)), float(np.mean(VOICE**2)))
                findings = {"likeness": alike, "level_db": level_db, "echo_db": echo_db}
                if alike > WHOLE and echo_db < GONE_DB:
                    break
            return findings
    finally:
        for ear in ears:
            ear.close()


async def unplugging(scene: Scene) -> Findings:
    """Bob's headset is unplugged and plugged back while Alice speaks."""
    for sink in ("mouth", "back"):
        plug_sink(sink)
    plug_source("alice_mic", "mouth")
    headset = plug_sink("headset", "Casque")
    headset_microphone = plug_source("headset_mic", "headset")
    devices = MachineDevices(Settings(backend_url="http://localhost:1"))
    await devices.load()
    notices: list[DeviceNotice] = []

    def note(state: DevicesState) -> None:
        if state.notice is not None:
            notices.append(state.notice)

    devices.changed.connect(note)
    devices.choose(DeviceKind.SPEAKER, "headset")
    devices.choose(DeviceKind.MICROPHONE, "headset_mic")
    scope = TaskScope()
    follower = RoomDeviceFollower(devices, scope)
    findings: dict[str, Any] = {}
    ears: list[Ear] = []

    def said(event: str) -> dict[str, Any] | None:
        found = [each for each in notices if each.event.value == event and each.kind is DeviceKind.SPEAKER]
        return {"name": found[0].name, "used": found[0].used} if found else None

    try:
        with speaking("mouth"):
            await scene.enter("Alice", fixed("alice_mic", "back"))
            bob = await scene.enter("Bob", follower.choose)
            follower.follow(bob.bridge)
            ears.append(Ear("headset"))
            await until(lambda: ears[0].loud, "Alice's voice in the headset", timeout_s=30)
            ears.append(Ear("out"))
            pactl("unload-module", headset_microphone)
            begun_s = time.monotonic()
            pactl("unload-module", headset)
            await until(
                lambda: said("unplugged") and ears[1].loud, "her voice from the default", timeout_s=40
            )
            findings["away_s"] = time.monotonic() - begun_s
            findings["unplugged"] = said("unplugged")
            findings["default_microphone"] = devices.state.microphone.used
            begun_s = time.monotonic()
            plug_sink("headset", "Casque")
            plug_source("headset_mic", "headset")
            await until(lambda: said("returned"), "the headset", timeout_s=40)
            ears.append(Ear("headset"))
            await until(lambda: ears[2].loud, "her voice in the headset again", timeout_s=40)
            findings["back_s"] = time.monotonic() - begun_s
            findings["returned"] = said("returned")
            await until(
                lambda: (used := devices.state.microphone.used) and used.device_id == "headset_mic",
                "the headset's microphone",
            )
            findings["errors"] = [str(devices.state.of(kind).error) for kind in DeviceKind]
        return findings
    finally:
        for ear in ears:
            ear.close()
        await scope.close()
        await devices.close()


SCENARIOS: dict[str, Callable[[Scene], Awaitable[Findings]]] = {"voices": voices, "unplugging": unplugging}


def main(name: str) -> None:
    """Play one and print what it found."""
    app = QCoreApplication([])
    assert QT_MODULES
    loop = qasync.QEventLoop(app)
    with loop:
        findings = loop.run_until_complete(staged(SCENARIOS[name]))
    findings["threads"] = [
        thread.name for thread in threading.enumerate() if not thread.name.startswith("Dummy")
    ]
    sys.stdout.write(json.dumps(findings, default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
