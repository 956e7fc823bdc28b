"""Which STUN and TURN servers a room uses."""

from __future__ import annotations

import logging

from aiortc import RTCIceServer
from aiortc.rtcicetransport import parse_stun_turn_uri

from desktop.rtc.messages import IceServer, JoinResult
from desktop.rtc.token import Token

log = logging.getLogger(__name__)


def choose_ice_servers(result: JoinResult, token: Token) -> list[RTCIceServer]:
    """The first STUN and the first TURN server that the room names: aiortc uses no more.

    Servers before 2.21 name their TURN server apart from the list, those before 2.16 in the token.
    A server on this machine needs neither, and an unreachable one would cost seconds. No public
    server is ever added.
    """
    if token.is_loopback:
        return []
    offered = list(result.custom_ice_servers)
    if not offered and result.coturn_ip:
        url = f"turn:{result.coturn_ip}:{result.coturn_port}"
        offered = [IceServer(url=url, username=result.turn_username, credential=result.turn_credential)]
    elif not offered and token.turn_host:
        url = f"turn:{token.turn_host}:3478"
        offered = [IceServer(url=url, username=token.turn_username, credential=token.turn_credential)]
    chosen: dict[str, RTCIceServer] = {}
    for server in offered:
        kind = _kind(server.url)
        if kind == "stun":
            chosen.setdefault(kind, RTCIceServer(server.url))
        elif kind == "turn":
            chosen.setdefault(
                kind, RTCIceServer(server.url, username=server.username, credential=server.credential)
            )
    return list(chosen.values())


def _kind(url: str) -> str:
    """`stun` or `turn`; "" for an address that aiortc cannot use."""
    try:
        parsed = parse_stun_turn_uri(url)
    except ValueError:
        log.warning("an ICE server of the room was skipped: its address is malformed")
        return ""
    if parsed["scheme"] == "stun":
        return "stun"
    transports = {"turn": {"udp", "tcp"}, "turns": {"tcp"}}.get(parsed["scheme"], set())
    return "turn" if parsed.get("transport") in transports else ""
