"""Four words, from statistics."""

from __future__ import annotations

import pytest

from desktop.rtc.quality import BETTER_LOOKS, LOST_AFTER_S, WORSE_LOOKS, SteadyQuality, judge
from desktop.rtc.state import BEST, Quality, QualityReason, QualityWord
from desktop.rtc.statistics import KindStatistics, StreamStatistics

SOUND = KindStatistics(bitrate_bps=40_000, frame_rate=50.0)
FLOWING = KindStatistics(bitrate_bps=400_000, frame_rate=30.0, codec_s=0.003)


def stream(
    video: KindStatistics | None = FLOWING,
    audio: KindStatistics | None = SOUND,
    *,
    sending: bool = False,
    round_trip_s: float | None = None,
) -> StreamStatistics:
    """One second of a stream."""
    return StreamStatistics(0.0, sending, audio=audio, video=video, round_trip_s=round_trip_s)


def seen(now: StreamStatistics, *, camera_on: bool = True) -> tuple[QualityWord, bool, QualityReason | None]:
    """The judgement as a tuple."""
    quality = judge(now, None, camera_on=camera_on)
    return quality.word, quality.ours, quality.reason


@pytest.mark.parametrize("sending", [True, False])
def test_what_flows_is_excellent(sending: bool) -> None:
    assert judge(stream(sending=sending), None, camera_on=True) == BEST


@pytest.mark.parametrize(
    ("loss", "word"),
    [(0.01, QualityWord.EXCELLENT), (0.05, QualityWord.GOOD), (0.2, QualityWord.POOR)],
)
def test_loss_has_a_side(loss: float, word: QualityWord) -> None:
    """Ours up where we send, ours down where we receive."""
    lossy = KindStatistics(frame_rate=30.0, loss=loss)
    up = judge(stream(lossy, sending=True), None, camera_on=True)
    down = judge(stream(lossy), None, camera_on=True)
    assert (up.word, down.word) == (word, word)
    if word is not QualityWord.EXCELLENT:
        assert (up.ours, up.reason) == (True, QualityReason.NETWORK_UP)
        assert (down.ours, down.reason) == (True, QualityReason.NETWORK_DOWN)


def test_a_long_way_is_not_at_ease() -> None:
    assert seen(stream(sending=True, round_trip_s=0.5))[0] is QualityWord.GOOD
    assert seen(stream(sending=True, round_trip_s=1.0))[0] is QualityWord.POOR


def test_a_picture_that_stutters_without_loss_is_theirs() -> None:
    slow = KindStatistics(frame_rate=4.0, codec_s=0.003)
    assert seen(stream(slow)) == (QualityWord.POOR, False, QualityReason.NETWORK_UP)


def test_a_freeze_counts_in_its_second() -> None:
    """What stood still before is not held against this second."""
    before = stream(KindStatistics(frame_rate=30.0, frozen_s=5.0))
    thawed = stream(KindStatistics(frame_rate=30.0, frozen_s=5.0))
    frozen = stream(KindStatistics(frame_rate=20.0, frozen_s=5.5))
    assert judge(thawed, before, camera_on=True) == BEST
    assert judge(frozen, before, camera_on=True).word is QualityWord.POOR


def test_a_slow_computer_is_named() -> None:
    late = KindStatistics(frame_rate=9.0, codec_s=0.12)
    assert seen(stream(late)) == (QualityWord.POOR, True, QualityReason.COMPUTER)
    assert seen(stream(late, sending=True)) == (QualityWord.GOOD, True, QualityReason.COMPUTER)


def test_a_camera_that_is_off_is_no_fault() -> None:
    dark = KindStatistics(frame_rate=2.0, codec_s=0.001, frozen_s=9.0)
    for sending in (True, False):
        assert judge(stream(dark, sending=sending), None, camera_on=False) == BEST


def test_silence_is_lost() -> None:
    """All of somebody's, but any of ours: what we send never stops by itself."""
    silent = KindStatistics(silent_s=LOST_AFTER_S)
    assert seen(stream(silent, silent)) == (QualityWord.LOST, False, QualityReason.NETWORK_UP)
    assert seen(stream(silent, SOUND, sending=True))[0] is QualityWord.LOST


def test_the_word_does_not_flicker() -> None:
    """One bad second changes nothing; two do, and five good ones bring it back."""
    steady = SteadyQuality()
    poor = Quality(QualityWord.POOR, reason=QualityReason.NETWORK_DOWN)
    words = [steady.take(each).word for each in [poor, BEST] * 20]
    assert set(words) == {QualityWord.EXCELLENT}
    for _ in range(WORSE_LOOKS):
        told = steady.take(poor)
    assert told == poor
    for _ in range(BETTER_LOOKS - 1):
        assert steady.take(BEST) == poor
    assert steady.take(BEST) == BEST
