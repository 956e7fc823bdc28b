"""Our voice on its way out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import (
    ALL_OFF,
    AUDIO_FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    AudioLevel,
    Samples,
    SoundSwitches,
)
from desktop.rtc.microphone import Microphone


def voice_frames() -> list[Samples]:
    """A second of a loud vowel, in frames."""
    at_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    wave = np.sum([np.sin(2 * np.pi * 140 * part * at_s) / part for part in range(1, 8)], axis=0)
    return list((wave * 6_000).astype(np.int16).reshape(-1, AUDIO_FRAME_SAMPLES))


class HandMicrophone:
    """A microphone that delivers when the test says so."""

    def __init__(self) -> None:
        self.error: RtcErrorCode | None = None
        self.is_open = False
        self._deliver: Callable[[Samples], None] = lambda _: None

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Remember whom to deliver to."""
        if self.error is not None:
            raise RtcError(self.error)
        self.is_open, self._deliver = True, deliver

    def close(self) -> None:
        """Nothing is delivered any more."""
        self.is_open = False

    def hear(self, samples: Samples) -> None:
        """Deliver one frame."""
        self._deliver(samples)

    def say(self, value: int, frames: int = 1) -> None:
        """Deliver frames of one value."""
        for _ in range(frames):
            self._deliver(np.full(AUDIO_FRAME_SAMPLES, value, np.int16))


class RoomMicrophone(HandMicrophone):
    """One that stands in a room."""

    hears_room = True


class Clock:
    """Seconds that the test turns."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        """The current moment."""
        return self.now_s


async def test_what_is_said_goes_out_and_muted_is_silent() -> None:
    source, level = HandMicrophone(), AudioLevel()
    microphone = Microphone(source, level, Clock())
    assert not microphone.take().any()
    await microphone.switch_on()
    source.say(1000, frames=3)
    assert set(microphone.take().tolist()) == {1000}
    assert level.rms == pytest.approx(1000 / 32768, rel=0.01)
    microphone.mute()
    source.say(2000, frames=5)
    assert not microphone.take().any()
    assert level.rms == 0.0
    assert source.is_open
    await microphone.close()
    assert not source.is_open


async def test_nothing_said_while_muted_is_heard_later() -> None:
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.switch_on()
    source.say(1, frames=4)
    microphone.mute()
    source.say(2, frames=4)
    await microphone.switch_on()
    source.say(3, frames=4)
    assert set(microphone.take().tolist()) == {3}
    await microphone.close()


async def test_the_device_stays_closed_until_it_is_needed() -> None:
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    microphone.mute()
    assert not source.is_open
    await microphone.close()


async def test_a_device_that_does_not_open() -> None:
    source = HandMicrophone()
    source.error = RtcErrorCode.MICROPHONE_DENIED
    microphone = Microphone(source, AudioLevel(), Clock())
    with pytest.raises(RtcError):
        await microphone.switch_on()
    assert not microphone.on


async def test_frames_are_even_and_their_timestamps_run_on() -> None:
    """20 ms each, over tracks, and in step with the clock after a stall."""
    clock = Clock()
    microphone = Microphone(HandMicrophone(), AudioLevel(), clock)
    track = microphone.make_track()
    pts = []
    for _ in range(3):
        frame = await track.recv()
        pts.append(frame.pts)
        clock.now_s += 0.02
    assert (frame.samples, frame.sample_rate, frame.time_base) == (960, 48_000, Fraction(1, 48_000))
    assert pts == [0, 960, 1920]
    clock.now_s = 51.0
    later = microphone.make_track()
    assert (await later.recv()).pts == 48_000


async def test_after_a_stall_old_sound_is_given_up() -> None:
    clock = Clock()
    microphone = Microphone(HandMicrophone(), AudioLevel(), clock)
    track = microphone.make_track()
    await track.recv()
    clock.now_s += 3.0
    first = (await track.recv()).pts
    assert first == pytest.approx(2.9 * 48_000, abs=960)


async def test_a_stopped_track_ends() -> None:
    microphone = Microphone(HandMicrophone(), AudioLevel(), Clock())
    track = microphone.make_track()
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_the_encoder_gets_the_full_amplitude() -> None:
    """The one channel that is encoded holds what was said."""
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.switch_on()
    source.say(1000, frames=3)
    frame = await microphone.make_track().recv()
    assert frame.layout.name == "mono"
    assert set(frame.to_ndarray().reshape(-1).tolist()) == {1000}
    await microphone.close()


async def test_another_source_is_heard_instead() -> None:
    """Without a gap in the timestamps, unmuted as before; the first one is released."""
    source, other = HandMicrophone(), HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.switch_on()
    await microphone.replace(other)
    assert (source.is_open, other.is_open, microphone.on) == (False, True, True)
    source.say(2000, frames=3)
    other.say(1000, frames=3)
    assert set(microphone.take().tolist()) == {1000}
    await microphone.close()
    assert not other.is_open


async def test_exchanged_while_muted_it_stays_muted() -> None:
    source, other = HandMicrophone(), HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.switch_on()
    microphone.mute()
    await microphone.replace(other)
    assert (source.is_open, other.is_open, microphone.on) == (False, True, False)
    other.say(1000, frames=3)
    assert not microphone.take().any()
    await microphone.close()


async def test_exchanged_before_it_was_ever_on_it_stays_closed() -> None:
    source, other = HandMicrophone(), HandMicrophone()
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.replace(other)
    assert not other.is_open
    await microphone.switch_on()
    assert (source.is_open, other.is_open) == (False, True)
    await microphone.close()


async def test_a_source_that_does_not_open_leaves_the_present_one() -> None:
    source, broken = HandMicrophone(), HandMicrophone()
    broken.error = RtcErrorCode.MICROPHONE_BUSY
    microphone = Microphone(source, AudioLevel(), Clock())
    await microphone.switch_on()
    with pytest.raises(RtcError) as caught:
        await microphone.replace(broken)
    assert caught.value.code is RtcErrorCode.MICROPHONE_BUSY
    source.say(1000, frames=3)
    assert set(microphone.take().tolist()) == {1000}
    await microphone.close()


async def test_a_frame_goes_out_when_it_comes() -> None:
    """Before it is due, and with the timestamp after the one before."""
    clock = Clock()
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel(), clock)
    await microphone.switch_on()
    track = microphone.make_track()
    source.say(1)
    first = await track.recv()
    waiting = asyncio.ensure_future(track.recv())
    await asyncio.sleep(0)
    assert not waiting.done(), "it is not there yet"
    source.say(2)
    second = await waiting
    assert set(second.to_ndarray().reshape(-1).tolist()) == {2}
    assert (first.pts, second.pts) == (0, AUDIO_FRAME_SAMPLES)
    await microphone.close()


async def test_a_device_that_starves_sends_silence_on_time() -> None:
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel())
    await microphone.switch_on()
    track = microphone.make_track()
    begun_s = time.monotonic()
    frames = [await track.recv() for _ in range(11)]
    assert 0.18 <= time.monotonic() - begun_s <= 1.0
    assert not frames[-1].to_ndarray().any()
    assert [frame.pts for frame in frames] == [at * AUDIO_FRAME_SAMPLES for at in range(11)]
    await microphone.close()


async def test_a_generated_tone_is_not_processed() -> None:
    """Noise suppression would take it for noise."""
    source = HandMicrophone()
    microphone = Microphone(source, AudioLevel(), switches=SoundSwitches())
    await microphone.switch_on()
    source.say(1000)
    assert set(microphone.take().tolist()) == {1000}
    await microphone.close()


SILENCE, SPEECH = np.zeros(AUDIO_FRAME_SAMPLES, np.int16), voice_frames()


async def test_a_microphone_that_hears_nothing_is_noticed_and_forgiven() -> None:
    """Ten seconds of zeros, as of one that is muted by a key of its own; one sound ends it."""
    source, told = RoomMicrophone(), list[tuple[bool, bool]]()
    microphone = Microphone(source, AudioLevel(), on_notice=lambda *notice: told.append(notice))
    await microphone.switch_on()
    for _ in range(499):
        source.hear(SILENCE)
    await asyncio.sleep(0)
    assert told == []
    source.hear(SILENCE)
    await asyncio.sleep(0)
    assert told == [(True, False)]
    source.hear(SPEECH[0])
    await asyncio.sleep(0)
    assert told == [(True, False), (False, False)]
    await microphone.close()


async def test_a_microphone_that_gives_nothing_any_more_is_silent_too() -> None:
    source, told = RoomMicrophone(), list[tuple[bool, bool]]()
    microphone = Microphone(source, AudioLevel(), on_notice=lambda *notice: told.append(notice))
    await microphone.switch_on()
    source.hear(SPEECH[0])
    for _ in range(501):
        microphone.take()
    await asyncio.sleep(0)
    assert told == [(True, False)]
    await microphone.close()


async def test_talking_while_muted_is_said_once_until_unmuted() -> None:
    source, told = RoomMicrophone(), list[tuple[bool, bool]]()
    microphone = Microphone(
        source,
        AudioLevel(),
        switches=SoundSwitches(False, False, False, notice_when_muted=True),
        on_notice=lambda *notice: told.append(notice),
    )
    await microphone.switch_on()
    microphone.mute()
    for _ in range(2):
        for frame in SPEECH[:20]:
            source.hear(frame)
        for _ in range(50):
            source.hear(SILENCE)
    await asyncio.sleep(0)
    assert told == [(False, True)]
    assert not microphone.take().any(), "nothing of it goes out"
    await microphone.switch_on()
    assert told == [(False, True), (False, False)]
    await microphone.close()


async def test_a_cough_while_muted_is_not_talking() -> None:
    source, told = RoomMicrophone(), list[tuple[bool, bool]]()
    microphone = Microphone(
        source,
        AudioLevel(),
        switches=SoundSwitches(False, False, False, notice_when_muted=True),
        on_notice=lambda *notice: told.append(notice),
    )
    await microphone.switch_on()
    microphone.mute()
    for frame in SPEECH[:6]:
        source.hear(frame)
    source.hear(SILENCE)
    await asyncio.sleep(0)
    assert told == []
    await microphone.close()


async def test_where_it_is_not_wanted_nothing_is_measured_while_muted() -> None:
    source, told = RoomMicrophone(), list[tuple[bool, bool]]()
    microphone = Microphone(
        source, AudioLevel(), switches=ALL_OFF, on_notice=lambda *notice: told.append(notice)
    )
    await microphone.switch_on()
    microphone.mute()
    for frame in SPEECH:
        source.hear(frame)
    await asyncio.sleep(0)
    assert told == []
    await microphone.close()


async def test_unmuting_a_microphone_that_is_open_takes_no_time() -> None:
    """A key is held to talk: the first word must not be lost."""
    microphone = Microphone(RoomMicrophone(), AudioLevel())
    await microphone.switch_on()
    microphone.mute()
    slowest_s = 0.0
    for _ in range(20):
        begun_s = time.monotonic()
        await microphone.switch_on()
        slowest_s = max(slowest_s, time.monotonic() - begun_s)
        microphone.mute()
    assert slowest_s < 0.05
    await microphone.close()


async def test_what_arrives_while_one_mutes_neither_goes_out_nor_hurries_the_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The device's thread may be at work on 20 ms when the user mutes.

    They used to stay for ever, as something to be sent at once, and the loop did nothing but send silence.
    """
    source = RoomMicrophone()
    microphone = Microphone(source, AudioLevel())
    track = microphone.make_track()
    await microphone.switch_on()
    await track.recv()
    process = microphone.processor.heard

    def muted_meanwhile(samples: Samples) -> Samples:
        voice = process(samples)
        microphone.mute()
        return voice

    monkeypatch.setattr(microphone.processor, "heard", muted_meanwhile)
    source.say(9_000)
    begun_s = time.monotonic()
    sent = [await track.recv() for _ in range(11)]
    assert time.monotonic() - begun_s > 0.15, "silence keeps its pace of 50 frames a second"
    assert all(not frame.to_ndarray().any() for frame in sent)
    await microphone.close()
