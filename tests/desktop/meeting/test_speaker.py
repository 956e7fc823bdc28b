"""Whoever speaks has the stage, and a cough takes it from nobody."""

from __future__ import annotations

from desktop.meeting.speaker import TAKES_OVER_S, SpeakerChoice


def test_the_first_has_the_stage_until_somebody_speaks_for_a_while() -> None:
    choice = SpeakerChoice()
    assert choice.choose(["a", "b"], [0, 0]) == "a"
    assert choice.choose(["a", "b"], [0, TAKES_OVER_S / 2]) == "a"
    assert choice.choose(["a", "b"], [0, TAKES_OVER_S]) == "b"
    assert choice.choose(["a", "b"], [0, 0]) == "b", "silence changes nothing"


def test_nobody_is_interrupted() -> None:
    choice = SpeakerChoice()
    assert choice.choose(["a", "b"], [0, 5]) == "b"
    assert choice.choose(["a", "b"], [9, 8]) == "b"
    assert choice.choose(["a", "b"], [9, 0]) == "a"


def test_whoever_goes_leaves_the_stage_to_the_first() -> None:
    choice = SpeakerChoice()
    choice.choose(["a", "b"], [0, 5])
    assert choice.choose(["a"], [0]) == "a"
    assert choice.choose([], []) == ""
