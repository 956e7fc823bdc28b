"""Microphone and loudspeaker on a real sound server: see `pulse_scenarios.py` for what is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desktop.devices.conftest import RunScenario


@pytest.fixture(scope="module")
def cable(run_scenario: RunScenario) -> dict[str, Any]:
    """A tone played by the loudspeaker class and heard by the microphone class."""
    return run_scenario("cable")


@pytest.fixture(scope="module")
def failures(run_scenario: RunScenario) -> dict[str, Any]:
    """What goes wrong with real devices."""
    return run_scenario("failures")


def test_a_tone_goes_through_loudspeaker_and_microphone(cable: dict[str, Any]) -> None:
    """At its level, alone, for a whole second."""
    assert cable["arrived"], cable
    assert cable["energy"] == pytest.approx(0.0316, rel=0.05)
    assert cable["rms"] == pytest.approx(0.0316, rel=0.05)
    assert cable["neighbour"] < 0.001
    assert cable["played"] > 0.02, "what `recent()` of the loudspeaker says"


def test_the_microphone_gives_frames_of_20_ms(cable: dict[str, Any]) -> None:
    assert cable["sizes"] == [[960, "int16"]]


def test_closing_stops_delivery_and_threads(cable: dict[str, Any]) -> None:
    assert cable["quiet_after_close"]
    assert cable["threads"] == ["MainThread"]


def test_the_lists_name_the_devices_and_follow_plugging(run_scenario: RunScenario) -> None:
    findings = run_scenario("lists")
    assert ["out", True] in findings["speakers"]
    assert findings["microphones"] == ["in"], "a monitor is no microphone"
    assert findings["came"]


def test_a_microphone_that_is_not_there_is_missing(failures: dict[str, Any]) -> None:
    assert failures["missing"] == "microphone-missing"


def test_a_microphone_that_gives_nothing_is_busy(failures: dict[str, Any]) -> None:
    assert failures["silent"] == "microphone-busy"


def test_closing_while_opening_ends_the_wait(failures: dict[str, Any]) -> None:
    assert failures["closed"] == ["closed"]


def test_a_microphone_opens_again_after_a_failure(failures: dict[str, Any]) -> None:
    assert failures["again"] == ""


def test_a_loudspeaker_that_stands_still_never_blocks_and_recovers(failures: dict[str, Any]) -> None:
    """A hundred frames into a stopped device: all but the last 100 ms and its buffer are dropped."""
    assert failures["dropped"] >= 90
    assert failures["slowest_ms"] < 20
    assert failures["recovers"]


def test_a_loudspeaker_that_is_not_there_is_no_error(failures: dict[str, Any]) -> None:
    assert failures["nowhere"] == 0
    assert failures["threads"] == ["MainThread"]


def test_opening_and_closing_a_hundred_times_leaves_nothing(run_scenario: RunScenario) -> None:
    """Threads, open files and memory of the process stand still after the first rounds."""
    findings = run_scenario("reopening")
    assert len(findings["threads"]) == 10
    # A thread that has ended may still be on its way out when it is counted.
    assert max(findings["threads"]) - min(findings["threads"]) <= 2
    assert max(findings["open_files"]) - min(findings["open_files"]) <= 2
    assert findings["memory_kb"][-1] - findings["memory_kb"][1] < 2_000
