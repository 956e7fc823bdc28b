"""Whole rooms on real microphones and loudspeakers: see `room_scenarios.py` for what is played."""

from __future__ import annotations

from tests.desktop.devices.conftest import RunScenario
from tests.desktop.devices.room_scenarios import GONE_DB, WHOLE


def test_a_voice_goes_through_and_its_echo_does_not_come_back(play_in_room: RunScenario) -> None:
    """From one app's microphone to the other's loudspeaker, whose sound the other's microphone hears."""
    findings = play_in_room("voices")
    assert findings["likeness"] > WHOLE, findings
    assert -6 < findings["level_db"] < 6, findings
    assert findings["echo_db"] < GONE_DB, findings
    assert findings["threads"] == ["MainThread"]


def test_an_unplugged_headset_is_named_replaced_and_taken_up_again(play_in_room: RunScenario) -> None:
    """Sound goes on at the default within two seconds, and returns when the headset does."""
    findings = play_in_room("unplugging")
    assert findings["away_s"] < 2, findings
    assert findings["unplugged"] == {"name": "Casque", "used": "Null Output"}
    assert "'in'" in findings["default_microphone"]
    assert findings["returned"] == {"name": "Casque", "used": "Casque"}
    assert findings["back_s"] < 5, findings
    assert findings["errors"] == ["None"] * 3
    assert findings["threads"] == ["MainThread"]
