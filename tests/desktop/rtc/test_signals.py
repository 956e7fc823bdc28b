"""What a signal is to the app."""

from __future__ import annotations

import pytest

from desktop.rtc.signals import Signal, application_signal, is_sendable


def test_an_application_signal_carries_json() -> None:
    signal = application_signal("poll.vote", {"choix": "été", "n": 2})
    assert signal.kind == "mikl.poll.vote"
    assert signal.value == {"choix": "été", "n": 2}


@pytest.mark.parametrize("kind", ["chat", "mikl.poll", "mikl.poll.vote-2", "mikl.a_b"])
def test_kinds_that_are_sent(kind: str) -> None:
    assert is_sendable(kind)


@pytest.mark.parametrize(
    "kind", ["", "hand", "signal:chat", "mikl.", "mikl.A", "mikl.x y", "chat\n", "other"]
)
def test_kinds_that_are_not(kind: str) -> None:
    assert not is_sendable(kind)


@pytest.mark.parametrize("data", ["", "{", "[" * 100_000])
def test_data_that_is_no_json(data: str) -> None:
    """Nesting that no program ever means is an error like any other."""
    with pytest.raises(ValueError, match=r".+"):
        _ = Signal("mikl.x", data).value


def test_text_and_name_stay_out_of_logs() -> None:
    assert "secret" not in repr(Signal("chat", "secret", "con_1", name="secret"))
