"""Our voice on its way out: from a source's threads to the encoder, in even frames of 20 ms.

A `Microphone` outlives the peer connections, as a `Camera` does. Muted or starved it sends
silence: RTP never stops, and timestamps run on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from desktop.rtc.audio_queue import AudioQueue
from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, AudioLevel, AudioSource, Samples
from desktop.rtc.pacing import Pacer
from desktop.rtc.tasks import finish

FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ

CATCH_UP_S = 0.1
"""After a longer stall what was missed is given up: a burst of old sound helps nobody."""

_TIME_BASE = Fraction(1, SAMPLE_RATE_HZ)
_SILENCE: Samples = np.zeros(AUDIO_FRAME_SAMPLES, np.int16)


class Microphone:
    """An audio source that is on or muted.

    Muting keeps the device open, so that the first word after it is not lost; it is first opened
    when it is first switched on.

    Args:
        source: the device.
        level: loudness of what goes out.
        clock: monotonic seconds.
    """

    def __init__(
        self, source: AudioSource, level: AudioLevel, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._level = level
        self._clock = clock
        self._queue = AudioQueue()
        self._source = source
        self._switch = self._switch_for(source)
        self._replacing = asyncio.Lock()
        self._on = False
        self._origin_s = clock()

    @property
    def on(self) -> bool:
        """What is said goes out."""
        return self._on

    async def switch_on(self) -> None:
        """Unmute; opens the device when it is not open yet.

        Raises:
            RtcError: `microphone-missing`, `microphone-denied` or `microphone-busy`.
        """
        async with self._replacing:
            await self._open(self._switch)
            self._queue.clear()
            self._on = True

    async def replace(self, source: AudioSource) -> None:
        """Go on with another source, muted or not as before; nothing is negotiated.

        Args:
            source: opened before the present one is released, so that a failure costs nothing.

        Raises:
            RtcError: `microphone-missing`, `microphone-denied` or `microphone-busy`; the present one
                goes on.
        """
        async with self._replacing:
            if source is self._source:
                return
            fresh = self._switch_for(source)
            if self._switch.on:
                await self._open(fresh)
            former, self._switch = self._switch, fresh
            self._source = source
            self._queue.clear()
            await finish(former.switch_off())

    @staticmethod
    async def _open(switch: DeviceSwitch) -> None:
        was_open = switch.on
        try:
            await switch.switch_on()
        except BaseException:
            if not was_open:  # half open, or open for a caller who is gone
                await finish(switch.switch_off())
            raise

    def _switch_for(self, source: AudioSource) -> DeviceSwitch:
        return DeviceSwitch(lambda: source.open(partial(self._deliver, source)), source.close)

    def mute(self) -> None:
        """Send silence from the next frame on."""
        self._on = False
        self._queue.clear()

    async def close(self) -> None:
        """Mute and release the device."""
        self.mute()
        async with self._replacing:
            await self._switch.switch_off()

    def make_track(self) -> MicrophoneTrack:
        """A track for one peer connection; it ends when the connection stops it."""
        return MicrophoneTrack(self, self._clock, self._origin_s)

    def take(self) -> Samples:
        """The next 20 ms that go out: what was said, or silence."""
        samples = self._queue.take() if self._on else None
        if samples is None:
            samples = _SILENCE
        self._level.measure(samples)
        return samples

    def _deliver(self, source: AudioSource, samples: Samples) -> None:
        """Take a frame from a source, in whatever thread; dropped while muted or replaced."""
        if self._on and source is self._source:
            self._queue.put(samples)


class MicrophoneTrack(MediaStreamTrack):
    """What one peer connection sends of a microphone.

    Args:
        microphone: where the samples come from.
        clock: monotonic seconds.
        origin_s: the moment of timestamp 0, the same for all tracks of a microphone.
    """

    kind = "audio"

    def __init__(self, microphone: Microphone, clock: Callable[[], float], origin_s: float) -> None:
        super().__init__()
        self._microphone = microphone
        self._clock = clock
        self._origin_s = origin_s
        self._pacer = Pacer(FRAME_S, slack_s=CATCH_UP_S)

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, when they are due."""
        if self.readyState == "live":
            await asyncio.sleep(self._pacer.delay_s(self._clock()))
        if self.readyState != "live":
            raise MediaStreamError
        due_s = self._pacer.take(self._clock())
        samples = self._microphone.take()
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = round((due_s - self._origin_s) * SAMPLE_RATE_HZ)
        frame.time_base = _TIME_BASE
        return frame
