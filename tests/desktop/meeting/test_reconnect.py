"""Waits between attempts."""

from __future__ import annotations

from itertools import islice

from desktop.meeting.reconnect import SOCKET_DELAYS_S, delays_s


def test_the_steps_then_the_last_one_for_ever() -> None:
    assert list(islice(delays_s((0.0, 1.0, 3.0)), 6)) == [0.0, 1.0, 3.0, 3.0, 3.0, 3.0]


def test_a_lost_socket_is_opened_again_at_once() -> None:
    """Most losses are a change of network, and the server's patience is short."""
    assert next(delays_s(SOCKET_DELAYS_S)) == 0.0
