"""How good a line is, in four words, and whose fault it is: from statistics to what people are told."""

from __future__ import annotations

from desktop.rtc.state import BEST, Quality, QualityReason, QualityWord
from desktop.rtc.statistics import KindStatistics, StreamStatistics

WORSE_LOOKS, BETTER_LOOKS = 2, 5
"""Looks, one a second, that must agree before the word changes: soon when it gets worse, later when it
gets better. A single lost packet a second would make it flicker otherwise."""

LOST_AFTER_S = 3.0
"""Silence that is a loss. Sound flows 50 times a second even when muted, pictures at least twice."""

FEW_LOST, MANY_LOST = 0.02, 0.10
"""Up to 2 % nothing is noticed: pictures are sent again, and sound hides single gaps. From 10 % words
are missing (and Google's congestion control, draft-ietf-rmcat-gcc-02, takes the line for congested)."""

SHORT_TRIP_S, LONG_TRIP_S = 0.3, 0.8
"""There and back. A conversation is at ease up to 150 ms one way, and strained from 400 (ITU-T G.114)."""

MUCH_JITTER_S = 0.1
"""More than the queues of a receiver even out."""

SMOOTH_RATE, JERKY_RATE = 12.0, 6.0
"""Pictures a second: below the first movements are steps, below the second it is a slide show."""

FROZEN_SHARE_S = 0.3
"""Seconds of a second that a picture stood still: more is not to be overlooked."""

SLOW_CODEC = 0.9
"""Share of the time between pictures that coding takes: with more, the computer is what is late."""


def judge(now: StreamStatistics, before: StreamStatistics | None, *, camera_on: bool) -> Quality:
    """The quality of one second, without memory.

    Losses between the server and us are ours; a picture that stops or stutters although nothing was
    lost on the way to us was late before the server, which is the other person's side.

    Args:
        now: the second.
        before: the one before it, for what is counted from the beginning.
        camera_on: pictures are to be expected; a camera that is off sends two a second.
    """
    kinds = [kind for kind in (now.audio, now.video) if kind is not None]
    if not kinds:
        return BEST
    if now.sending:
        return _sending(now, kinds, camera_on=camera_on)
    return _receiving(now, before, kinds, camera_on=camera_on)


def _sending(now: StreamStatistics, kinds: list[KindStatistics], *, camera_on: bool) -> Quality:
    if max(kind.silent_s for kind in kinds) >= LOST_AFTER_S:
        return Quality(QualityWord.LOST, ours=True, reason=QualityReason.NETWORK_UP)
    word = _by_loss(max(kind.loss for kind in kinds))
    if now.round_trip_s is not None:
        word = max(word, _by_size(now.round_trip_s, SHORT_TRIP_S, LONG_TRIP_S))
    if word > QualityWord.EXCELLENT:
        return Quality(word, ours=True, reason=QualityReason.NETWORK_UP)
    video = now.video
    if camera_on and video is not None and video.codec_s is not None:
        word = _by_rate(video.frame_rate)
        if word > QualityWord.EXCELLENT:
            slow = video.codec_s * video.frame_rate > SLOW_CODEC
            return Quality(word, reason=QualityReason.COMPUTER if slow else QualityReason.NETWORK_UP)
    return BEST


def _receiving(
    now: StreamStatistics,
    before: StreamStatistics | None,
    kinds: list[KindStatistics],
    *,
    camera_on: bool,
) -> Quality:
    if min(kind.silent_s for kind in kinds) >= LOST_AFTER_S:
        return Quality(QualityWord.LOST, ours=False, reason=QualityReason.NETWORK_UP)
    word = _by_loss(max(kind.loss for kind in kinds))
    jitter_s = max(kind.jitter_s or 0.0 for kind in kinds)
    word = max(word, QualityWord.POOR if jitter_s > 2 * MUCH_JITTER_S else QualityWord.EXCELLENT)
    if word is QualityWord.EXCELLENT and jitter_s > MUCH_JITTER_S:
        word = QualityWord.GOOD
    if word > QualityWord.EXCELLENT:
        return Quality(word, ours=True, reason=QualityReason.NETWORK_DOWN)
    video = now.video
    if not camera_on or video is None:
        return BEST
    if (video.codec_s or 0.0) * video.frame_rate > SLOW_CODEC:
        return Quality(QualityWord.POOR, ours=True, reason=QualityReason.COMPUTER)
    word = _by_rate(video.frame_rate)
    frozen_s = video.frozen_s - (before.video.frozen_s if before and before.video else 0.0)
    if frozen_s > FROZEN_SHARE_S:
        word = max(word, QualityWord.POOR)
    return (
        BEST if word is QualityWord.EXCELLENT else Quality(word, ours=False, reason=QualityReason.NETWORK_UP)
    )


def _by_loss(loss: float) -> QualityWord:
    return _by_size(loss, FEW_LOST, MANY_LOST)


def _by_size(value: float, good_from: float, poor_from: float) -> QualityWord:
    if value >= poor_from:
        return QualityWord.POOR
    return QualityWord.GOOD if value >= good_from else QualityWord.EXCELLENT


def _by_rate(frame_rate: float) -> QualityWord:
    if frame_rate < JERKY_RATE:
        return QualityWord.POOR
    return QualityWord.GOOD if frame_rate < SMOOTH_RATE else QualityWord.EXCELLENT


class SteadyQuality:
    """Judgements in, a word that does not flicker out."""

    def __init__(self) -> None:
        self.current = BEST
        """What to tell people."""
        self._differing = 0

    def take(self, seen: Quality) -> Quality:
        """Take the judgement of one more second and return what to tell.

        The word moves to the judgement that came last once enough of them in a row were worse, or
        better, than what is told. With the word the same, the reason follows the first told.
        """
        if seen.word == self.current.word:
            self._differing = 0
            return self.current
        worse = seen.word > self.current.word
        same_way = self._differing >= 0 if worse else self._differing <= 0
        self._differing = (self._differing if same_way else 0) + (1 if worse else -1)
        if self._differing >= WORSE_LOOKS or -self._differing >= BETTER_LOOKS:
            self.current = seen
            self._differing = 0
        return self.current
