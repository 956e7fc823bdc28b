"""What the tests of real audio devices run in a process of its own: see `tests.support.pulse`.

    python -m tests.desktop.devices.pulse_scenarios SCENARIO

runs against the PulseAudio of its environment and prints its findings as one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from desktop.devices import microphone as microphone_module
from desktop.devices.device_list import microphones, speakers
from desktop.devices.microphone import Microphone
from desktop.devices.recent import RecentSamples
from desktop.devices.speaker import Speaker
from desktop.devices.test_tone import TestTone, energy_at
from desktop.rtc.errors import RtcError
from desktop.rtc.media import Samples
from tests.support.pulse import MICROPHONE_ID, SPEAKER_ID

DEADLINE_S = 40.0

Findings = dict[str, object]


def wait_until(reached: Callable[[], bool], app: QCoreApplication) -> bool:
    """Run the main thread's events until something is so; False when it is not in time."""
    deadline = time.monotonic() + DEADLINE_S
    step = threading.Event()
    while not reached():
        if time.monotonic() > deadline:
            return False
        app.processEvents()
        step.wait(0.01)
    return True


def rms(sound: Samples) -> float:
    """Loudness of a whole second, 0.0 as long as there is less."""
    return float(np.sqrt(np.sum(np.square(sound, dtype=np.float64)) / 48_000)) / 32768


def open_code(microphone: Microphone) -> str:
    """The code with which a microphone refuses to open, "" when it opens."""
    try:
        microphone.open(lambda _: None)
    except RtcError as error:
        return error.code.value
    return ""


def lists(app: QCoreApplication) -> Findings:
    """The lists, and what they become when a loudspeaker is plugged in."""
    before = [(each.device_id, each.is_default) for each in speakers()]
    inputs = [each.device_id for each in microphones()]
    plug_in = ["pactl", "load-module", "module-null-sink", "sink_name=headset"]
    subprocess.run(plug_in, check=True, capture_output=True)
    came = wait_until(lambda: "headset" in [each.device_id for each in speakers()], app)
    return {"speakers": before, "microphones": inputs, "came": came}


def cable(app: QCoreApplication) -> Findings:
    """A tone into the system's loudspeaker, out of the system's microphone."""
    output, source, tone = Speaker(), Microphone(), TestTone(7)
    heard, sizes = RecentSamples(), set[tuple[int, str]]()

    def hear(samples: Samples) -> None:
        heard.add(samples)
        sizes.add((samples.size, samples.dtype.name))

    output.open()
    tone.open(output.write)
    source.open(hear)

    def is_clean(sound: Samples) -> bool:
        # A busy machine lets the loudspeaker run dry now and then; wait for a second without.
        return energy_at(sound, tone.frequency_hz) > 0.0308 and rms(sound) > 0.031

    arrived = wait_until(lambda: is_clean(heard.taken()), app)
    sound, played = heard.taken(), output.recent()
    tone.close()
    source.close()
    last = heard.taken()
    output.close()
    return {
        "arrived": arrived,
        "energy": energy_at(sound, tone.frequency_hz),
        "neighbour": energy_at(sound, tone.frequency_hz + 100),
        "played": energy_at(played, tone.frequency_hz),
        "rms": rms(sound),
        "sizes": sorted(sizes),
        "quiet_after_close": bool((heard.taken() == last).all()),
        "threads": [thread.name for thread in threading.enumerate()],
    }


def reopening(_: QCoreApplication) -> Findings:
    """Both devices opened and closed again and again."""
    open_files: list[int] = []
    threads: list[int] = []
    memory_kb: list[int] = []
    held, tone = Speaker(), TestTone(3)
    held.open()  # keeps the loudspeaker awake, so that the microphone gets its first sound at once
    tone.open(held.write)
    speaker, microphone, silence = Speaker(), Microphone(), np.zeros(960, np.int16)
    for number in range(100):
        speaker.open()
        speaker.write(silence)
        speaker.close()
        microphone.open(lambda _: None)
        microphone.close()
        if number % 10 == 9:
            status = Path("/proc/self/status").read_text()
            memory_kb.append(int(status.split("VmRSS:")[1].split()[0]))
            open_files.append(len(list(Path("/proc/self/fd").iterdir())))
            threads.append(len(list(Path("/proc/self/task").iterdir())))
    tone.close()
    held.close()
    return {"open_files": open_files, "threads": threads, "memory_kb": memory_kb}


def together(app: QCoreApplication) -> Findings:
    """Both devices opened at the same moment, as a room does, in a process in which Qt was hardly used."""
    opened: list[str] = []
    gate = threading.Barrier(2)

    def open_one(name: str, work: Callable[[], None]) -> None:
        gate.wait()
        work()
        opened.append(name)

    speaker, microphone = Speaker(), Microphone()
    works: dict[str, Callable[[], None]] = {
        "speaker": speaker.open,
        "microphone": lambda: microphone.open(lambda _: None),
    }
    openers = [threading.Thread(target=open_one, args=each) for each in works.items()]
    for opener in openers:
        opener.start()
    wait_until(lambda: len(opened) == len(works), app)
    for opener in openers:
        opener.join()
    microphone.close()
    speaker.close()
    return {"opened": sorted(opened)}


def failures(app: QCoreApplication) -> Findings:
    """Microphones that are not there, give nothing, or are closed while they open."""
    microphone_module.OPEN_TIMEOUT_S = 1.0
    missing = open_code(Microphone("no such microphone"))
    subprocess.run(["pactl", "suspend-source", MICROPHONE_ID, "1"], check=True)
    mute = Microphone()
    silent = open_code(mute)

    microphone_module.OPEN_TIMEOUT_S = DEADLINE_S
    codes: list[str] = []
    opener = threading.Thread(target=lambda: codes.append(open_code(mute)))
    opener.start()
    wait_until(lambda: "microphone" in [thread.name for thread in threading.enumerate()], app)
    mute.close()
    opener.join()
    subprocess.run(["pactl", "suspend-source", MICROPHONE_ID, "0"], check=True)
    again = open_code(mute)
    mute.close()

    # A loudspeaker that stands still: writing goes on, the oldest is dropped, nothing waits.
    subprocess.run(["pactl", "suspend-sink", SPEAKER_ID, "1"], check=True)
    still, frame = Speaker(), np.ones(960, np.int16)
    still.open()
    slowest_s = 0.0
    for _ in range(100):
        begin = time.monotonic()
        still.write(frame)
        slowest_s = max(slowest_s, time.monotonic() - begin)
    dropped = still.dropped
    subprocess.run(["pactl", "suspend-sink", SPEAKER_ID, "0"], check=True)

    def plays_again() -> bool:
        still.write(frame)
        return still.recent().size >= 48_000

    recovers = wait_until(plays_again, app)
    still.close()

    nowhere = Speaker("no such loudspeaker")
    nowhere.open()
    nowhere.write(frame)
    nowhere.close()
    return {
        "missing": missing,
        "silent": silent,
        "closed": codes,
        "again": again,
        "dropped": dropped,
        "slowest_ms": slowest_s * 1000,
        "recovers": recovers,
        "nowhere": nowhere.recent().size,
        "threads": [thread.name for thread in threading.enumerate()],
    }


SCENARIOS: dict[str, Callable[[QCoreApplication], Findings]] = {
    "lists": lists,
    "cable": cable,
    "together": together,
    "reopening": reopening,
    "failures": failures,
}


if __name__ == "__main__":
    application = QCoreApplication([])
    sys.stdout.write(json.dumps(SCENARIOS[sys.argv[1]](application)) + "\n")
