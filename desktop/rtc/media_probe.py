"""Can the media server be reached from here, and which relays does it give? Asked by joining an empty room.

The join goes the way of every meeting (proxy, TLS, WebSocket, JSON-RPC) and ends at once; nothing is sent
or received. What the reply says of TURN is what a meeting would be told, credentials included.
"""

from __future__ import annotations

import logging
import platform
import ssl

from desktop.rtc.errors import RtcError
from desktop.rtc.ice_servers import TurnServer, choose_ice_servers
from desktop.rtc.messages import JoinResult, JoinRoom, LeaveRoom, read
from desktop.rtc.signalling import Signalling, SignallingTimes
from desktop.rtc.token import parse_token

log = logging.getLogger(__name__)

PROBE_TIMES = SignallingTimes(open_s=7.0, reply_s=3.0)
"""A proxy that swallows packets is told from a slow one by then; the test of a whole setup takes a minute."""

LEAVE_REPLY_S = 1.0


def address_of(token: str) -> str:
    """Host and port of the media server that a token leads to: all of it that a report may show.

    Raises:
        RtcError: `bad-token`.
    """
    return parse_token(token).authority


async def probe_media(token: str, ssl_context: ssl.SSLContext | None = None) -> tuple[TurnServer, ...]:
    """Join and leave; the relays that the room names.

    Args:
        token: URL of one join of an empty room.
        ssl_context: whom to trust.

    Raises:
        RtcError: `bad-token`, `unreachable`, `untrusted-certificate`, `token-refused`, `room-gone`,
            `no-reply` or `protocol`.
    """
    parsed = parse_token(token)
    signalling = Signalling(
        parsed,
        on_notification=lambda _: None,
        on_line=lambda _: None,
        ssl_context=ssl_context,
        times=PROBE_TIMES,
    )
    try:
        await signalling.open()
        request = JoinRoom(
            token=parsed.url,
            session=parsed.room_id,
            platform=f"MiKL Visio, python-{platform.python_version()} on {platform.system()}",
            metadata="",
        )
        result = read(JoinResult, await signalling.request(request), what="joinRoom")
        try:
            await signalling.request(LeaveRoom(), timeout_s=LEAVE_REPLY_S)
        except RtcError as error:
            log.info("the test room was left without a reply: %s", error)
    finally:
        await signalling.close()
    servers = choose_ice_servers(result, parsed, ssl_context=ssl_context).servers
    return tuple(each for each in servers if isinstance(each, TurnServer))
