"""Our voice on its way out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, AudioLevel, Samples
from desktop.rtc.microphone import Microphone


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

    def say(self, value: int, frames: int = 1) -> None:
        """Deliver frames of one value."""
        for _ in range(frames):
            self._deliver(np.full(AUDIO_FRAME_SAMPLES, value, np.int16))


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
