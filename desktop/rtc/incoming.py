"""What arrives of one remote stream: pictures into its slot, sound into its part of the mix."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import av
from av.video.reformatter import VideoReformatter

from desktop.rtc.media import PictureSlot
from desktop.rtc.painting import paint
from desktop.rtc.playout import Playout
from desktop.rtc.sound_inlet import SoundInlet


class IncomingMedia:
    """Takes what a stream brings where it is decoded, so that nothing piles up.

    Made on the loop. Pictures are converted where they were decoded, never on the windows' thread; one
    behind which another one waits is left out.

    Args:
        slot: where the pictures go.
        playout: the stream's part of the mix.
        on_media: told once, on the loop, at the first frame of any kind.
        wanted: whether anybody looks at the pictures.
    """

    def __init__(
        self,
        slot: PictureSlot,
        playout: Playout,
        on_media: Callable[[], None],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._slot = slot
        self._playout = playout
        self._on_media: Callable[[], None] | None = on_media
        self._wanted = wanted
        self._loop = asyncio.get_running_loop()
        self._reformatter = VideoReformatter()
        self._closed = False
        self.video_frames = 0
        """Pictures received so far."""
        self.audio_frames = 0
        """Packets of sound received so far."""

    @property
    def wants_pictures(self) -> bool:
        """See `FrameSink`."""
        return self._wanted()

    def skip_picture(self) -> None:
        """Count a picture that nobody looks at: the stream is alive all the same."""
        self.video_frames += 1
        self._media_came()

    def take_picture(self, frame: av.VideoFrame, *, newest: bool) -> None:
        """Convert a picture for its tile; see `FrameSink`."""
        if self._closed:
            return
        self.video_frames += 1
        if newest:
            paint(frame, self._reformatter, self._slot)
        if self.video_frames == 1:
            self._loop.call_soon_threadsafe(self._media_came)

    def take_sound(self, inlet: SoundInlet) -> None:
        """Start playing what comes through an inlet."""
        self._playout.decode = inlet.decode
        inlet.deliver_to(self._hear)

    def _hear(self, number: int, ticks: int, payload: bytes, now_s: float) -> None:
        if self._closed:
            return
        self.audio_frames += 1
        self._playout.add(number, ticks, payload, now_s)
        self._media_came()

    def close(self) -> None:
        """Take nothing any more, and let go of what brought it."""
        self._closed = True
        self._playout.decode = None

    def _media_came(self) -> None:
        if self._on_media is not None and not self._closed:
            on_media, self._on_media = self._on_media, None
            on_media()
