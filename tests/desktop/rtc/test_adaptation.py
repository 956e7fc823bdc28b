"""Rules meet camera and encoders."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import cast

import pytest

from desktop.meeting.quality_ladder import OFF
from desktop.rtc.adaptation import Adaptation
from desktop.rtc.camera import CameraCounts
from desktop.rtc.encoder import LeanVp8Encoder, VoiceEncoder
from desktop.rtc.measurement import Tap
from desktop.rtc.statistics import KindStatistics, StreamStatistics


@dataclass
class SteeredByHand:
    """A camera that remembers what it was told."""

    on: bool = True
    size_px: tuple[int, int] = (640, 480)
    frame_rate: int = 30
    counts: CameraCounts = field(default_factory=CameraCounts)
    limits: list[tuple[int, float]] = field(default_factory=list)

    def limit(self, *, frame_rate: int, scale: float) -> None:
        """Remember."""
        self.limits.append((frame_rate, scale))


@dataclass
class EncoderHolder:
    """The part of a tap that is steered."""

    encoder: LeanVp8Encoder | VoiceEncoder


class Case:
    """An adaptation with real encoders and statistics made by hand, one second at a time."""

    def __init__(self) -> None:
        self.camera = SteeredByHand()
        self.video, self.voice = LeanVp8Encoder(), VoiceEncoder()
        self.told: list[bool] = []
        self.adaptation = Adaptation(self.camera, self.told.append)
        self.second = 0

    def live(
        self,
        seconds: int,
        *,
        estimate_bps: int | None = 1_000_000,
        loss: float = 0.0,
        codec_s: float = 0.003,
        missed: int = 0,
    ) -> None:
        """Let time pass under these conditions."""
        for _ in range(seconds):
            self.camera.counts.taken += 30
            self.camera.counts.missed += missed
            video = KindStatistics(bitrate_bps=300_000, frame_rate=30.0, loss=loss, codec_s=codec_s)
            seen = StreamStatistics(
                float(self.second),
                sending=True,
                audio=KindStatistics(loss=loss),
                video=video,
                estimate_bps=estimate_bps,
            )
            taps = cast("list[Tap]", [EncoderHolder(self.voice), EncoderHolder(self.video)])
            self.adaptation.look(seen, taps)
            self.second += 1

    @property
    def step(self) -> int:
        """Where the ladder stands."""
        assert self.adaptation.sending is not None
        return self.adaptation.sending.step


def test_a_good_line_sends_everything() -> None:
    case = Case()
    case.live(20)
    assert case.camera.limits[-1] == (30, 1)
    assert case.voice.settings.bitrate_bps == 64_000
    assert case.told == []


def test_an_estimate_lowers_rate_size_and_bits() -> None:
    case = Case()
    case.live(10)
    case.live(5, estimate_bps=170_000)
    rate, scale = case.camera.limits[-1]
    assert rate < 30
    assert scale < 1
    assert case.video.ceiling_bps <= 80_000


def test_a_slow_computer_lowers_the_frame_rate() -> None:
    case = Case()
    case.live(9, codec_s=0.04)
    assert case.camera.limits[-1][0] == 20


def test_pictures_that_come_too_fast_count_as_slow() -> None:
    case = Case()
    case.live(9, missed=15)
    assert case.camera.limits[-1][0] == 20


def test_heavy_loss_protects_the_voice() -> None:
    case = Case()
    case.live(8, loss=0.12)
    assert case.voice.settings.expected_loss == 0.1
    assert case.voice.settings.bitrate_bps == 40_000


def test_the_picture_goes_once_and_comes_back_once(caplog: pytest.LogCaptureFixture) -> None:
    """The stale estimate of the line full of pictures does not keep it away."""
    case = Case()
    with caplog.at_level(logging.INFO):
        case.live(20, estimate_bps=60_000)
        assert (case.step, case.told) == (OFF, [False])
        assert case.video.estimate_bps is None
        case.camera.on = False
        case.live(30, estimate_bps=60_000)
        assert case.told == [False, True]
    assert case.step < OFF
    assert 2 <= len(caplog.records) <= 8


def test_another_source_has_other_steps() -> None:
    """A large picture needs more than the line has, a small one does not."""
    case = Case()
    case.camera.size_px = (1280, 720)
    case.live(10, estimate_bps=400_000)
    assert case.camera.limits[-1] != (30, 1)
    case.camera.size_px = (320, 240)
    case.live(60, estimate_bps=400_000)
    assert case.camera.limits[-1] == (30, 1)


def test_without_a_camera_the_voice_is_steered() -> None:
    voice = VoiceEncoder()
    adaptation = Adaptation(None, lambda _: None)
    taps = cast("list[Tap]", [EncoderHolder(voice)])
    for second in range(10):
        seen = StreamStatistics(float(second), sending=True, audio=KindStatistics(loss=0.12))
        adaptation.look(seen, taps)
    assert voice.settings.expected_loss == 0.1
