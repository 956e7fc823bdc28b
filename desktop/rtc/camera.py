"""Our picture on its way out: from a source's threads to the encoder and to our own tile.

A `Camera` outlives the peer connections: each gets a `CameraTrack` of its own, so that closing
one (which stops its tracks) never stops the device. Its source may be exchanged in mid-stream.
Timestamps come from the camera's clock and run on over tracks and sources; a restart at zero would
leave the other side with a frozen picture.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.encoder import PEOPLE, PictureKind
from desktop.rtc.media import PictureSlot, VideoSource
from desktop.rtc.pacing import Pacer
from desktop.rtc.painting import paint
from desktop.rtc.tasks import finish

log = logging.getLogger(__name__)

FRAME_RATE = 30
QUIET_FRAME_S = 0.5
"""Longest time without a frame: a black or a repeated picture follows, so that RTP never stops and
nobody takes a muted camera for a lost one."""

LARGEST_PX = (1280, 720)
"""Width and height that a camera's picture goes out in at most."""

_CLOCK_HZ = 90_000
_TIME_BASE = Fraction(1, _CLOCK_HZ)


@dataclass(slots=True)
class CameraCounts:
    """What a camera did so far."""

    taken: int = 0
    """Pictures taken from the source to be sent."""
    missed: int = 0
    """Pictures replaced by a newer one before an encoder had time for them."""


class Camera:
    """A video source that is on or off, paced, and never without a frame for long.

    Args:
        source: the device.
        slot: our own tile; cleared while the camera is off.
        clock: monotonic seconds.
        largest_px: width and height that may go out at most.
        kind: what the pictures show, for the encoder.
    """

    def __init__(
        self,
        source: VideoSource,
        slot: PictureSlot,
        clock: Callable[[], float] = time.monotonic,
        *,
        largest_px: tuple[int, int] = LARGEST_PX,
        kind: PictureKind = PEOPLE,
    ) -> None:
        self.kind = kind
        self._largest_px = largest_px
        self._source = source
        self._slot = slot
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._switch = self._switch_for(source)
        self._replacing = asyncio.Lock()
        self.counts = CameraCounts()
        self._pacer = Pacer(1 / FRAME_RATE, slack_s=1 / FRAME_RATE)
        self._scale = 1.0
        self._pump_task: asyncio.Task[None] | None = None
        self._latest: av.VideoFrame | None = None
        self._arrived = asyncio.Event()
        self._ready: av.VideoFrame | None = None
        self._black: av.VideoFrame | None = None
        self._tracks: set[CameraTrack] = set()
        self._painter = VideoReformatter()
        self._converter = VideoReformatter()
        self._origin_s = clock()
        self._last_pts = -1
        self._key_frame_asked = True
        self._size_px = self._fitting(source.width_px, source.height_px)

    @property
    def on(self) -> bool:
        """The device is open and its picture goes out."""
        return self._pump_task is not None

    @property
    def frame_rate(self) -> int:
        """Pictures a second of the source, at most `FRAME_RATE`: what the others are told."""
        return max(1, min(self._source.frame_rate, FRAME_RATE))

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the picture, as the others are told; what goes out may be smaller."""
        return self._size_px

    async def switch_on(self) -> None:
        """Open the device; one that does not open, or not in time for the caller, is released.

        Raises:
            RtcError: `camera-busy`, `camera-missing` or `camera-denied`; the picture stays black.
        """
        async with self._replacing:
            if self._pump_task is not None:
                return
            try:
                await self._switch.switch_on()
            except BaseException:
                # Half open, or open for a caller who is gone: the light would stay on.
                await finish(self._switch.switch_off())
                raise
            self._pump_task = self._loop.create_task(self._pump(), name="camera")

    async def switch_off(self) -> None:
        """Release the device and go black."""
        await finish(self._switch_off())

    async def replace(self, source: VideoSource) -> None:
        """Go on with another source: the next picture is its, nothing is negotiated.

        While the camera is off the new source is only remembered, to be opened by `switch_on`.

        Args:
            source: opened before the present one is released, so that a failure costs nothing. The
                same device once more can therefore be busy.

        Raises:
            RtcError: `camera-busy`, `camera-missing` or `camera-denied`; the present one goes on.
        """
        async with self._replacing:
            if source is self._source:
                return
            fresh = self._switch_for(source)
            if self._pump_task is not None:
                try:
                    await fresh.switch_on()
                except BaseException:
                    await finish(fresh.switch_off())
                    raise
            former, self._switch = self._switch, fresh
            self._source = source
            self._size_px = self._fitting(source.width_px, source.height_px)
            self.request_key_frame()
            await finish(former.switch_off())

    def limit(self, *, frame_rate: int, scale: float) -> None:
        """Send less, or again more, without touching the device.

        Args:
            frame_rate: pictures a second at most.
            scale: of width and height, above 0.0 to 1.0.
        """
        self._pacer.set_interval(1 / frame_rate, slack_s=1 / frame_rate)
        self._scale = scale

    def _switch_for(self, source: VideoSource) -> DeviceSwitch:
        return DeviceSwitch(lambda: source.open(partial(self._deliver, source)), source.close)

    async def _switch_off(self) -> None:
        async with self._replacing:
            await self._release()

    async def _release(self) -> None:
        pump, self._pump_task = self._pump_task, None
        if pump is not None:
            pump.cancel()
            await asyncio.wait([pump])
        self._latest = self._ready = None
        self._slot.clear()
        self._wake_tracks()
        await self._switch.switch_off()
        # A delivery that was under way while the device closed.
        self._latest = None
        self._arrived.clear()

    def request_key_frame(self) -> None:
        """Ask the encoder for a complete picture: somebody sees a damaged one, or a new one begins."""
        self._key_frame_asked = True

    def make_track(self) -> CameraTrack:
        """A track for one peer connection; it ends when the connection stops it."""
        track = CameraTrack(self)
        self._tracks.add(track)
        return track

    def drop_track(self, track: CameraTrack) -> None:
        """Forget a track that was stopped."""
        self._tracks.discard(track)

    def frame(self) -> av.VideoFrame:
        """The picture of this moment, stamped for sending: the camera's, or black."""
        if self._ready is not None:
            return self._stamp(self._ready)
        if self._black is None or (self._black.width, self._black.height) != self._size_px:
            self._black = black_frame(*self._size_px)
        return self._stamp(self._black)

    def _stamp(self, frame: av.VideoFrame) -> av.VideoFrame:
        now_s = self._clock()
        self._last_pts = max(self._last_pts + 1, int((now_s - self._origin_s) * _CLOCK_HZ))
        frame.pts = self._last_pts
        frame.time_base = _TIME_BASE
        # Cleared otherwise: pictures decoded from a camera's JPEG say "key frame" every time.
        frame.pict_type = PictureType.I if self._key_frame_asked else PictureType.NONE
        self._key_frame_asked = False
        return frame

    def _deliver(self, source: VideoSource, frame: av.VideoFrame) -> None:
        """Take a frame from a source, in whatever thread; only the latest of the present one counts."""
        if source is not self._source:
            return
        self._latest = frame
        self._loop.call_soon_threadsafe(self._arrived.set)

    async def _pump(self) -> None:
        # One interval of slack: a camera of the same rate jitters around the grid.
        pacer = self._pacer
        self.request_key_frame()
        strange = 0
        while True:
            await self._arrived.wait()
            if (delay_s := pacer.delay_s(self._clock())) > 0:
                await asyncio.sleep(delay_s)
            self._arrived.clear()
            frame, self._latest = self._latest, None
            if frame is None:
                continue
            pacer.take(self._clock())
            try:
                self._take(frame)
            except (av.FFmpegError, ValueError):
                strange += 1
                if strange == 1:  # the device stays ours: its next picture may do
                    log.warning("a picture of the camera cannot be converted", exc_info=True)

    def _take(self, frame: av.VideoFrame) -> None:
        paint(frame, self._painter, self._slot)
        self._size_px = self._fitting(frame.width, frame.height)
        width_px, height_px = scaled_size(self._size_px, self._scale)
        self._ready = self._converter.reformat(frame, width_px, height_px, "yuv420p", threads=1)
        self.counts.taken += 1
        self._wake_tracks()

    def _fitting(self, width_px: int, height_px: int) -> tuple[int, int]:
        return fitting_size(width_px, height_px, self._largest_px)

    def _wake_tracks(self) -> None:
        late = False
        for track in self._tracks:
            late |= track.wake()
        self.counts.missed += late


class CameraTrack(MediaStreamTrack):
    """What one peer connection sends of a camera."""

    kind = "video"

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self._camera = camera
        self._fresh = asyncio.Event()

    @property
    def picture_kind(self) -> PictureKind:
        """What the pictures show."""
        return self._camera.kind

    def wake(self) -> bool:
        """There is a new picture; True when the one before was not taken."""
        late = self._fresh.is_set()
        self._fresh.set()
        return late

    async def recv(self) -> av.VideoFrame:
        """The next frame to encode: at once when there is a new one, else a repeated or black one."""
        if self.readyState == "live":
            try:
                async with asyncio.timeout(QUIET_FRAME_S):
                    await self._fresh.wait()
            except TimeoutError:
                pass  # nothing new: the picture of before keeps RTP flowing
            self._fresh.clear()
        if self.readyState != "live":
            raise MediaStreamError
        return self._camera.frame()

    def stop(self) -> None:
        """End this track; the camera goes on."""
        super().stop()
        self._camera.drop_track(self)
        self._fresh.set()


def fitting_size(width_px: int, height_px: int, largest_px: tuple[int, int] = LARGEST_PX) -> tuple[int, int]:
    """The largest even size of the same shape within `largest_px`: what may go out."""
    scale = min(1.0, largest_px[0] / max(width_px, 1), largest_px[1] / max(height_px, 1))
    return max(2, int(width_px * scale) // 2 * 2), max(2, int(height_px * scale) // 2 * 2)


def scaled_size(size_px: tuple[int, int], scale: float) -> tuple[int, int]:
    """A size made smaller, in even numbers, and never larger."""
    width_px, height_px = size_px
    share = min(1.0, scale)
    return max(2, int(width_px * share) // 2 * 2), max(2, int(height_px * share) // 2 * 2)


def black_frame(width_px: int, height_px: int) -> av.VideoFrame:
    """A black picture as the encoder wants it."""
    frame = av.VideoFrame(width_px, height_px, "yuv420p")
    for plane, value in zip(frame.planes, (16, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame
