"""How long to wait between attempts to get a lost connection back, and when to give up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

SOCKET_DELAYS_S = (0.0, 1.0, 2.0, 3.0)
"""Waits before opening the signalling socket again; OpenVidu's own clients try every 3 s."""

SOCKET_LIMIT_S = 45.0
"""When to stop resuming a connection and join anew. OpenVidu forgets a silent connection after 25 s
at the latest; what remains is for reaching it again to hear so."""

STREAM_DELAYS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits before negotiating a stream again."""

REJOIN_DELAYS_S = (0.0, 1.0, 2.0, 4.0)
"""Waits before joining anew with a new token."""

REJOIN_LIMIT_S = 300.0
"""When to give the room up. Long: nothing is lost by trying, and whoever is tired of it can leave."""

UNHEARD_LIMIT_S = 8.0
"""A line that was silent for longer before it was resumed may have lost notifications: OpenVidu writes
them to a socket that it believes alive and never repeats them. A shorter gap is taken for complete."""


def delays_s(steps_s: tuple[float, ...]) -> Iterator[float]:
    """Seconds to wait before each attempt: the steps, then the last one for ever."""
    return chain(steps_s, repeat(steps_s[-1]))
