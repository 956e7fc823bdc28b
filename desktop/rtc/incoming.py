"""What arrives of one remote stream: pictures into its slot, sound into its level and the mix."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.audio.resampler import AudioResampler
from av.video.reformatter import VideoReformatter

from desktop.rtc.audio_queue import AudioQueue
from desktop.rtc.camera import paint
from desktop.rtc.concealment import Concealment
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, AudioLevel, PictureSlot
from desktop.rtc.tasks import OwnedTasks


class IncomingMedia:
    """Reads a stream's tracks as fast as they deliver, so that nothing piles up in them.

    Args:
        slot: where the pictures go.
        level: loudness of the sound.
        queue: the stream's part of the mix.
        on_media: told once, at the first frame of any kind.
    """

    def __init__(
        self, slot: PictureSlot, level: AudioLevel, queue: AudioQueue, on_media: Callable[[], None]
    ) -> None:
        self._slot = slot
        self._level = level
        self._queue = queue
        self._on_media: Callable[[], None] | None = on_media
        self._tasks = OwnedTasks()
        self._latest: av.VideoFrame | None = None
        self._arrived = asyncio.Event()
        self.video_frames = 0
        """Pictures received so far."""
        self.audio_frames = 0
        """Sound frames received so far."""

    def take_track(self, track: MediaStreamTrack) -> None:
        """Start reading a remote track."""
        if track.kind == "video":
            self._tasks.start(self._read_video(track), name="remote video")
            self._tasks.start(self._paint(), name="remote picture")
        else:
            self._tasks.start(self._read_audio(track), name="remote audio")

    async def close(self) -> None:
        """Stop reading."""
        await self._tasks.close()

    async def _read_video(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return  # the other side ended it
            if isinstance(frame, av.VideoFrame):
                self.video_frames += 1
                self._latest = frame
                self._arrived.set()
                self._media_came()

    async def _paint(self) -> None:
        """Convert the latest picture only: one that is late is skipped, not waited for."""
        reformatter = VideoReformatter()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            frame, self._latest = self._latest, None
            if frame is not None:
                paint(frame, reformatter, self._slot)

    async def _read_audio(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler("s16", "mono", SAMPLE_RATE_HZ, AUDIO_FRAME_SAMPLES)
        concealment = Concealment()
        expected: int | None = None
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return  # the other side ended it
            if not isinstance(frame, av.AudioFrame):
                continue
            lost = _frames_between(expected, frame.pts)
            expected = frame.pts + frame.samples if frame.pts is not None else None
            # Timestamps with a gap (lost packets) would make the resampler refuse the frame.
            frame.pts = None
            for even in resampler.resample(frame):
                samples = even.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                if samples.shape == (AUDIO_FRAME_SAMPLES,):
                    self.audio_frames += 1
                    self._level.measure(samples)
                    for piece in concealment.take(samples, lost):
                        self._queue.put(piece)
                    lost = 0
                    self._media_came()

    def _media_came(self) -> None:
        if self._on_media is not None:
            on_media, self._on_media = self._on_media, None
            on_media()


def _frames_between(expected: int | None, position: int | None) -> int:
    """Whole frames of 20 ms missing before `position`, both in samples; 0 where they do not say."""
    if expected is None or position is None or position <= expected:
        return 0
    return (position - expected) // AUDIO_FRAME_SAMPLES
