"""What we send, fitted to line and computer: looks in, camera and encoders set, once a second.

The rules are `desktop/meeting/quality_ladder.py`; here they meet the camera, the encoders and their
counters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from desktop.meeting.quality_ladder import Conditions, QualityLadder, Sending
from desktop.rtc.camera import CameraCounts
from desktop.rtc.encoder import LeanVp8Encoder, VoiceEncoder, VoiceSettings
from desktop.rtc.measurement import Tap
from desktop.rtc.statistics import KindStatistics, StreamStatistics

ECONOMY_RATE = 15
"""Pictures a second at most while the computer is to be spared."""
ECONOMY_WIDTH_PX = 480
"""Width of the picture at most, then."""

log = logging.getLogger(__name__)


class SteeredCamera(Protocol):
    """A camera as the adaptation sees it."""

    counts: CameraCounts

    @property
    def on(self) -> bool:
        """Pictures go out."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the whole picture."""

    @property
    def frame_rate(self) -> int:
        """Pictures a second, of the whole picture."""

    def limit(self, *, frame_rate: int, scale: float) -> None:
        """Send less, or more again."""


class Adaptation:
    """Steers one published stream.

    Args:
        camera: what is seen of us; None steers the voice alone.
        on_picture: told when the picture is to go, so that the voice has the line for itself, and when
            it may come back.
    """

    def __init__(self, camera: SteeredCamera | None, on_picture: Callable[[bool], None]) -> None:
        self._camera = camera
        self._on_picture = on_picture
        self._whole = self._whole_picture()
        self._ladder = QualityLadder(*self._whole)
        self._taken = 0
        self._missed = 0
        self._sending: Sending | None = None
        self.economy = False
        """The user wants the computer spared: never more than `ECONOMY_RATE` and `ECONOMY_WIDTH_PX`."""

    @property
    def sending(self) -> Sending | None:
        """What was decided last; None before the first look."""
        return self._sending

    def show_again(self) -> None:
        """The user switched the camera on himself: try with the smallest picture."""
        self._ladder.show_again()

    def look(self, seen: StreamStatistics, taps: Sequence[Tap]) -> None:
        """Take the last second into account and set camera and encoders.

        Args:
            seen: our own stream.
            taps: of the connection that carries it.
        """
        if (whole := self._whole_picture()) != self._whole:
            self._whole = whole
            self._ladder.resize(*whole)
        encoders = [tap.encoder for tap in taps if hasattr(tap, "encoder")]
        former = self._sending
        picture_goes = self._camera is not None and self._camera.on
        sending = self._sending = self._ladder.look(self._conditions(seen, picture_goes=picture_goes))
        if former is None or former.step != sending.step:
            log.info(
                "sending step %d: %d pictures a second at %.2f, limited by %s",
                sending.step,
                sending.frame_rate,
                sending.scale,
                sending.limit.value,
            )
        if self._camera is not None and sending.has_picture:
            self._camera.limit(**self._limits(sending))
        for encoder in encoders:
            if isinstance(encoder, LeanVp8Encoder):
                encoder.ceiling_bps = sending.video_bps
                if not sending.has_picture:
                    encoder.estimate_bps = None  # of a line full of pictures; it says nothing of later
            elif isinstance(encoder, VoiceEncoder):
                encoder.settings = VoiceSettings(sending.voice_bps, sending.voice_loss)
        if former is not None and former.has_picture != sending.has_picture:
            self._on_picture(sending.has_picture)

    def _limits(self, sending: Sending) -> dict[str, Any]:
        """Rate and scale for the camera."""
        rate, scale = sending.frame_rate, sending.scale
        if self.economy:
            rate, scale = min(rate, ECONOMY_RATE), min(scale, ECONOMY_WIDTH_PX / max(1, self._whole[0]))
        return {"frame_rate": rate, "scale": scale}

    def _whole_picture(self) -> tuple[int, int, int]:
        """Width, height and rate of everything that could be sent."""
        if self._camera is None:
            return 0, 0, 1
        return *self._camera.size_px, self._camera.frame_rate

    def _conditions(self, seen: StreamStatistics, *, picture_goes: bool) -> Conditions:
        video = seen.video
        taken, missed = self._since_last_look()
        kinds = [kind for kind in (seen.audio, video) if kind is not None]
        # An estimate is of what is sent: with a black picture it never rises.
        return Conditions(
            at_s=seen.at_s,
            estimate_bps=seen.estimate_bps if picture_goes else None,
            sent_bps=seen.bitrate_bps,
            loss=max((kind.loss for kind in kinds), default=0.0),
            busy=self._busy(video) if picture_goes and video is not None else 0.0,
            missed=missed / taken if taken > 0 else 0.0,
        )

    def _since_last_look(self) -> tuple[int, int]:
        if self._camera is None:
            return 0, 0
        counts = self._camera.counts
        taken, missed = counts.taken - self._taken, counts.missed - self._missed
        self._taken, self._missed = counts.taken, counts.missed
        return taken, missed

    def _busy(self, video: KindStatistics) -> float:
        """Share of the time between two pictures that encoding one takes."""
        rate = self._sending.frame_rate if self._sending is not None else self._whole[2]
        return (video.codec_s or 0.0) * rate
