"""Sound: echo taken out, voice kept, delay from mouth to ear, delay after a burst of loss, processor time.

Echo and voice: synthetic speech behind a synthetic loudspeaker and room (`tests/support/voices.py`), another
room and other words each round, measured from the fifth second on; the numbers aimed at stand beside them.
Delay: two of our rooms over the local server; from the first sample of a vowel in the air to the moment in
which it is handed to the loudspeaker, less the 20 ms of a codec's frame. What devices and networks add is not
in it. Beside it two participants of openvidu-browser in a page of headless Chromium, from WebAudio to
WebAudio, less what WebAudio itself takes; their voice is not processed, ours is. After loss: the same over a
line that lost every fifth packet for two seconds, five seconds later.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import numpy as np

from desktop.rtc.media import SAMPLE_RATE_HZ, AudioLevel, SoundSwitches
from desktop.rtc.microphone import Microphone
from desktop.rtc.mixer import Mixer
from desktop.rtc.peer import Peer
from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.sound_inlet import SoundInlet
from desktop.rtc.voice_processing import VoiceProcessor
from tests.bench.marks import EVERY_FRAMES, MarkingEar, MarkingMicrophone
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.bench.web_client import web_voice
from tests.desktop.rtc.test_peer import without_candidates
from tests.official_clients.packages import UnavailableError
from tests.support.lossy_relay import lossy_relay
from tests.support.openvidu import OpenViduRest, openvidu_process
from tests.support.voices import (
    Signal,
    frames_of,
    kept_db,
    loudspeaker_path,
    removed_db,
    signal_of,
    speech,
    through,
)
from tests.support.waiting import until

SECONDS, SETTLED_S = 20, 5
ECHO_AIM_DB, VOICE_AIM_DB = 25.0, 2.0
DELAY_AIM_MS, AFTER_LOSS_AIM_MS = 60.0, 80.0
ECHO_GAIN = 0.3
"""Of the loudspeaker at the microphone: a laptop on a table, the voice 7 dB above the echo."""
NOISE_RMS = 10 ** (-75 / 20)
"""Of the microphone itself."""
MARKS = 12
"""Vowels a round of which the delay is taken."""
FRAME_MS = 20.0


def run(options: Options) -> list[Row]:
    """Measure everything."""
    rounds = options.rounds or LEAST_ROUNDS
    return [*_processing(rounds), *asyncio.run(_delays(rounds))]


# --- echo and voice -------------------------------------------------------------------------------


def _processing(rounds: int) -> list[Row]:
    echo, alone, double, cost_ms = [], [], [], []
    for number in range(rounds):
        far = speech(SECONDS, seed=10 + number, pitch_hz=190, rms=0.1)
        near = speech(SECONDS, seed=50 + number, rms=0.07)
        late = np.where(np.arange(near.size) < SETTLED_S * SAMPLE_RATE_HZ, 0.0, near)
        heard = through(loudspeaker_path(gain=ECHO_GAIN, seed=number), far)
        nothing = np.zeros_like(far)
        out, spent_ms = _processed(far, heard, number)
        echo.append(removed_db(_settled(heard), _settled(out)))
        cost_ms.append(spent_ms)
        out, _ = _processed(nothing, near, number)
        alone.append(-kept_db(_settled(near), _settled(out), _settled(nothing)))
        out, _ = _processed(far, late + heard, number)
        double.append(-kept_db(_settled(near), _settled(out), _settled(heard)))
    return [
        row_of("audio/echo-removed", echo, ECHO_AIM_DB, unit="dB", aim="at least"),
        row_of("audio/voice-lost-alone", alone, VOICE_AIM_DB, unit="dB", aim="at most"),
        row_of("audio/voice-lost-double-talk", double, VOICE_AIM_DB, unit="dB", aim="at most"),
        row_of("audio/processing", cost_ms, None, unit="ms of processor for 10 ms"),
    ]


def _processed(far: Signal, near: Signal, seed: int) -> tuple[Signal, float]:
    """What goes out, and the processor time for each 10 ms."""
    processor = VoiceProcessor(SoundSwitches())
    processor.prepare()
    microphone = near + np.random.default_rng(seed).normal(size=near.size) * NOISE_RMS
    out = []
    begun_s = time.thread_time()
    for played, heard in zip(frames_of(far), frames_of(microphone), strict=True):
        processor.played(played, 0.03)
        out.append(processor.heard(heard))
    spent_ms = (time.thread_time() - begun_s) * 1000 / len(out) / 2
    return signal_of(out), spent_ms


def _settled(sound: Signal) -> Signal:
    return sound[SETTLED_S * SAMPLE_RATE_HZ :]


# --- delay ----------------------------------------------------------------------------------------


async def _delays(rounds: int) -> list[Row]:
    web_ms: list[float] = []
    with openvidu_process("--log-level", "WARNING") as server:
        async with OpenViduRest(server.url, server.secret) as rest:
            whole = [await _through_room(rest) - FRAME_MS for _ in range(rounds)]
        try:
            async with web_voice(server) as delay_ms:
                every_s = EVERY_FRAMES * FRAME_MS / 1000
                web_ms = [await delay_ms(MARKS, every_s) - FRAME_MS for _ in range(rounds)]
        except UnavailableError as error:
            sys.stderr.write(f"bench: audio: without the web client: {error}\n")
    after = [await _after_loss() - FRAME_MS for _ in range(rounds)]
    return [
        row_of(
            "audio/delay",
            whole,
            web_ms or DELAY_AIM_MS,
            unit="ms",
            beside=f"openvidu-browser: {web_ms}" if web_ms else "the aim",
            aim_ms=DELAY_AIM_MS,
        ),
        row_of("audio/delay-after-loss", after, AFTER_LOSS_AIM_MS, unit="ms", aim="at most"),
    ]


async def _through_room(rest: OpenViduRest) -> float:
    """Milliseconds from one person's mouth to another's loudspeaker, over the local server."""
    session_id = await rest.create_session()
    microphone, ear = MarkingMicrophone(), MarkingEar()
    rooms = []
    try:
        for name, devices in (
            ("Speaker", RoomDevices(None, microphone, None)),
            ("Listener", RoomDevices(None, None, ear)),
        ):
            request = RoomRequest(await rest.token(session_id), name)
            rooms.append(open_room(request, devices, lambda _: None))
            await rooms[-1].join()
        return await _median_ms(microphone, ear)
    finally:
        for room in rooms:
            await room.leave()


async def _after_loss() -> float:
    """The same between two peers, five seconds after two seconds of 20 % loss."""
    source, ear = MarkingMicrophone(), MarkingEar()
    microphone = Microphone(source, AudioLevel(), switches=SoundSwitches())
    mixer = Mixer(ear)
    playout = mixer.add_stream(AudioLevel())
    mixing = asyncio.create_task(mixer.run())

    def take(inlet: SoundInlet) -> None:
        playout.decode = inlet.decode
        inlet.deliver_to(playout.add)

    sender, receiver = Peer(), Peer(on_sound=take)
    try:
        await microphone.switch_on()
        sender.send(microphone.make_track())
        offer, _ = without_candidates(await sender.make_offer())
        answer, candidates = without_candidates(await receiver.answer_offer(offer))
        far = next(parts for line in candidates if ":" not in (parts := line.split())[4])
        async with lossy_relay((far[4], int(far[5]))) as relay:
            far[4:6] = ["127.0.0.1", str(relay.port)]
            await sender.take_answer(answer)
            sender.add_candidate(" ".join(far))
            await sender.wait_connected(10)
            await until(lambda: playout.counts.played > 100, "sound", timeout_s=20)
            relay.loses_one_in = 5
            await asyncio.sleep(2)
            relay.loses_one_in = 0
            await asyncio.sleep(5)
            return await _median_ms(source, ear)
    finally:
        await sender.close()
        await receiver.close()
        mixing.cancel()
        await asyncio.wait([mixing])
        await microphone.close()


async def _median_ms(microphone: MarkingMicrophone, ear: MarkingEar) -> float:
    first = len(microphone.said_s)
    try:
        await until(
            lambda: len(ear.delays_ms(microphone.said_s[first:])) >= MARKS, "vowels at the ear", timeout_s=40
        )
    except AssertionError as error:
        raise BenchError(str(error)) from error
    return statistics.median(ear.delays_ms(microphone.said_s[first:]))
