"""The instruments of `bench audio`."""

from __future__ import annotations

import time

import pytest

from tests.bench.marks import EVERY_FRAMES, FRAME_S, MarkingEar, MarkingMicrophone
from tests.support.waiting import until


async def test_without_anything_between_a_vowel_takes_one_frame() -> None:
    """It is handed over when its frame is full, and heard from its first sample on."""
    microphone, ear = MarkingMicrophone(), MarkingEar()
    microphone.open(ear.write)
    await until(lambda: len(ear.delays_ms(microphone.said_s)) >= 3, "three vowels")
    microphone.close()
    assert ear.delays_ms(microphone.said_s)[:3] == pytest.approx([FRAME_S * 1000] * 3, abs=10)


def test_a_vowel_that_was_not_heard_has_no_delay() -> None:
    assert MarkingEar().delays_ms([time.monotonic(), time.monotonic() + EVERY_FRAMES * FRAME_S]) == []
