"""What arrives of one remote stream: pictures into its slot, sound into its part of the mix."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.video.reformatter import VideoReformatter

from desktop.rtc.camera import paint
from desktop.rtc.media import PictureSlot
from desktop.rtc.playout import Playout
from desktop.rtc.sound_inlet import SoundInlet
from desktop.rtc.tasks import OwnedTasks


class IncomingMedia:
    """Takes what a stream brings as fast as it comes, so that nothing piles up.

    Args:
        slot: where the pictures go.
        playout: the stream's part of the mix.
        on_media: told once, at the first frame of any kind.
    """

    def __init__(self, slot: PictureSlot, playout: Playout, on_media: Callable[[], None]) -> None:
        self._slot = slot
        self._playout = playout
        self._on_media: Callable[[], None] | None = on_media
        self._tasks = OwnedTasks()
        self._latest: av.VideoFrame | None = None
        self._arrived = asyncio.Event()
        self.video_frames = 0
        """Pictures received so far."""
        self.audio_frames = 0
        """Packets of sound received so far."""

    def take_track(self, track: MediaStreamTrack) -> None:
        """Start reading a remote track of pictures; one of sound is empty, see `take_sound`."""
        if track.kind == "video":
            self._tasks.start(self._read_video(track), name="remote video")
            self._tasks.start(self._paint(), name="remote picture")

    def take_sound(self, inlet: SoundInlet) -> None:
        """Start playing what comes through an inlet."""
        self._playout.decode = inlet.decode
        inlet.deliver_to(self._hear)

    def _hear(self, number: int, ticks: int, payload: bytes, now_s: float) -> None:
        self.audio_frames += 1
        self._playout.add(number, ticks, payload, now_s)
        self._media_came()

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

    def _media_came(self) -> None:
        if self._on_media is not None:
            on_media, self._on_media = self._on_media, None
            on_media()
