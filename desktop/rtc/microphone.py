"""Our voice on its way out: from a source's threads, processed, to the encoder, in frames of 20 ms.

A `Microphone` outlives the peer connections, as a `Camera` does. A frame goes out when it comes, without
waiting for a clock of ours. Muted or starved it sends silence: RTP never stops, and timestamps run on.

    source's thread: device ─▶ VoiceProcessor ─▶ frames │ media thread: track ─▶ encoder
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from functools import partial

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.media import (
    ALL_OFF,
    AUDIO_FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    AudioLevel,
    AudioSource,
    Samples,
    SoundSwitches,
    hears_room,
)
from desktop.rtc.tasks import finish
from desktop.rtc.voice_processing import VoiceProcessor
from desktop.rtc.voice_watch import MutedTalkWatch, SilenceWatch

FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ

STARVED_S = 0.02
"""How much later than due a frame may come before silence goes out in its place."""
CATCH_UP_S = 0.1
"""After a longer stall timestamps leave out what was missed."""
MAX_FRAMES = 5
"""What may wait for the encoder, 100 ms: a burst of old sound helps nobody."""

_TIME_BASE = Fraction(1, SAMPLE_RATE_HZ)
_SILENCE: Samples = np.zeros(AUDIO_FRAME_SAMPLES, np.int16)

OnNotice = Callable[[bool, bool], None]
"""Told on the microphone's loop when one changes: it hears nothing although it is on; somebody talks
although it is muted."""


def _nobody(_silent: bool, _talking: bool) -> None:
    """Nobody wants to know."""


class Microphone:
    """An audio source that is on or muted. To be made on the loop that it is used on.

    Muting keeps the device open, so that the first word after it is not lost; it is first opened
    when it is first switched on. While muted, loudness is measured where the switches allow it
    (`SoundSwitches.notice_when_muted`), otherwise nothing is done with what comes.

    Args:
        source: the device.
        level: loudness of what goes out.
        clock: monotonic seconds.
        switches: what is done to a voice that comes from a room; tones are left as they are.
        on_notice: see `OnNotice`.
    """

    def __init__(
        self,
        source: AudioSource,
        level: AudioLevel,
        clock: Callable[[], float] = time.monotonic,
        *,
        switches: SoundSwitches = ALL_OFF,
        on_notice: OnNotice = _nobody,
    ) -> None:
        self._level = level
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._processor = VoiceProcessor(switches)
        self._on_notice = on_notice
        self._silence, self._talk = SilenceWatch(), MutedTalkWatch()
        self._told = (False, False)
        self._frames: deque[Samples] = deque(maxlen=MAX_FRAMES)
        self._came = asyncio.Event()
        self._source = source
        self._switch = self._switch_for(source)
        self._replacing = asyncio.Lock()
        self._on = False
        self._origin_s = clock()

    @property
    def on(self) -> bool:
        """What is said goes out."""
        return self._on

    @property
    def processor(self) -> VoiceProcessor:
        """What is done to the voice; wants to know what is played."""
        return self._processor

    async def switch_on(self) -> None:
        """Unmute; opens the device when it is not open yet, otherwise at once.

        Raises:
            RtcError: `microphone-missing`, `microphone-denied` or `microphone-busy`.
        """
        async with self._replacing:
            await self._open(self._switch)
            self._frames.clear()
            self._watch_anew()
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
            self._frames.clear()
            self._watch_anew()
            await finish(former.switch_off())

    async def set_switches(self, switches: SoundSwitches) -> None:
        """Do something else to the voice from now on, without a pause."""
        await asyncio.to_thread(self._processor.set_switches, switches)
        if not switches.notice_when_muted and not self._on:
            self._watch_anew()

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
        processed = hears_room(source)

        def open_source() -> None:
            if processed:
                self._processor.prepare()
            source.open(partial(self._deliver, source, processed))

        return DeviceSwitch(open_source, source.close)

    def mute(self) -> None:
        """Send silence from the next frame on."""
        self._on = False
        self._frames.clear()
        self._watch_anew()

    async def close(self) -> None:
        """Mute and release the device."""
        self.mute()
        async with self._replacing:
            await self._switch.switch_off()

    def make_track(self) -> MicrophoneTrack:
        """A track for one peer connection; it ends when the connection stops it."""
        return MicrophoneTrack(self, self._clock, self._origin_s)

    async def wait(self, limit_s: float) -> None:
        """Return when a frame is there, at the latest after some seconds."""
        if (self._on and self._frames) or limit_s <= 0:
            return
        self._came.clear()
        try:
            async with asyncio.timeout(limit_s):
                await self._came.wait()
        except TimeoutError:
            pass  # silence goes out instead

    def take(self) -> Samples:
        """The next 20 ms that go out: what was said, or silence."""
        if not self._on:
            self._frames.clear()  # the device's thread was at work on them when one muted
        samples = self._frames.popleft() if self._on and self._frames else _SILENCE
        if self._on and samples is _SILENCE and hears_room(self._source):
            # A device that gives nothing any more is as silent as one that gives zeros.
            self._notice(self._silence.hear(_SILENCE), False)
        self._level.measure(samples)
        return samples

    # --- in the source's thread -------------------------------------------------------------------

    def _deliver(self, source: AudioSource, processed: bool, samples: Samples) -> None:
        """Take a frame from a source; dropped when it was replaced."""
        if source is not self._source:
            return
        on = self._on
        if not on and not self._processor.switches.notice_when_muted:
            return
        voice = self._processor.heard(samples) if processed else samples
        if on:
            self._frames.append(voice)
            self._loop.call_soon_threadsafe(self._came.set)
            self._notice(processed and self._silence.hear(samples), False)
        elif processed:
            self._notice(False, self._talk.hear(voice))

    def _notice(self, silent: bool, talking: bool) -> None:
        if (silent, talking) != self._told:
            self._told = (silent, talking)
            self._loop.call_soon_threadsafe(self._tell)

    # --- on the loop ------------------------------------------------------------------------------

    def _watch_anew(self) -> None:
        self._silence.begin_anew()
        self._talk.begin_anew()
        if self._told != (False, False):
            self._told = (False, False)
            self._tell()

    def _tell(self) -> None:
        self._on_notice(*self._told)


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
        self._due_s: float | None = None
        self._next_pts = 0

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms, as soon as they are there, or silence once it is certain that they are late."""
        if self.readyState == "live" and self._due_s is not None:
            late_s = STARVED_S if self._microphone.on else 0.0
            await self._microphone.wait(self._due_s + late_s - self._clock())
        if self.readyState != "live":
            raise MediaStreamError
        now_s = self._clock()
        samples = self._microphone.take()
        # Silence keeps to a grid of its own, a voice to the device's.
        at_s = now_s
        if samples is _SILENCE and self._due_s is not None:
            at_s = max(self._due_s, now_s - CATCH_UP_S)
        self._due_s = at_s + FRAME_S
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._pts(at_s)
        frame.time_base = _TIME_BASE
        return frame

    def _pts(self, at_s: float) -> int:
        """Timestamps count frames, and follow the clock where they have come apart."""
        by_clock = round((at_s - self._origin_s) * SAMPLE_RATE_HZ)
        pts = by_clock if abs(by_clock - self._next_pts) > CATCH_UP_S * SAMPLE_RATE_HZ else self._next_pts
        self._next_pts = pts + AUDIO_FRAME_SAMPLES
        return pts
