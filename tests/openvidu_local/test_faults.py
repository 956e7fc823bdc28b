"""The fault switches: what is understood, and what each question answers."""

from __future__ import annotations

import pytest

from openvidu_local.faults import FaultError, Faults


def test_nothing_is_on_at_first() -> None:
    faults = Faults()
    assert not faults.has("reject-video")
    assert faults.error_for("joinRoom") is None
    assert faults.answer_delay_s == 0
    assert faults.rest_status is None
    assert not faults.swallows_ping()


def test_switches_are_remembered_in_their_form() -> None:
    faults = Faults(["reject-video", "silent=echo", "silent=joinRoom", "error=publishVideo:303"])
    assert faults.has("reject-video")
    assert faults.names_method("silent", "echo")
    assert faults.names_method("silent", "joinRoom")
    assert not faults.names_method("silent", "publishVideo")
    assert faults.error_for("publishVideo") == 303
    assert set(faults.switches) == {
        "reject-video",
        "silent=echo",
        "silent=joinRoom",
        "error=publishVideo:303",
    }


def test_setting_replaces_everything() -> None:
    faults = Faults(["reject-video"])
    faults.set("rest-status=503", "delay-answer=1.5", "error-shape=manager")
    assert not faults.has("reject-video")
    assert (faults.rest_status, faults.answer_delay_s, faults.error_shape) == (503, 1.5, "manager")
    faults.clear()
    assert faults.switches == ()


def test_pings_are_swallowed_as_often_as_asked() -> None:
    faults = Faults(["swallow-ping=2"])
    assert [faults.swallows_ping() for _ in range(3)] == [True, True, False]
    faults.set("swallow-ping")
    assert all(faults.swallows_ping() for _ in range(5))


@pytest.mark.parametrize(
    "switch",
    ["nonsense", "reject-video=yes", "silent", "error=joinRoom:x", "delay-answer=soon", "error-shape=round"],
)
def test_what_is_not_understood_is_refused(switch: str) -> None:
    """A bad switch raises and changes nothing."""
    faults = Faults(["reject-video"])
    with pytest.raises(FaultError):
        faults.set(switch)
    assert faults.switches == ("reject-video",)
