"""Which STUN and TURN servers are used."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.rtc.ice_servers import choose_ice_servers
from desktop.rtc.messages import JoinResult
from desktop.rtc.token import parse_token

HOST = "wss://video.example.org?sessionId=s&token=tok_1"


def chosen(result: dict[str, Any], token: str = HOST) -> list[tuple[object, str | None, str | None]]:
    """Address, user and password of what is used."""
    servers = choose_ice_servers(JoinResult.model_validate({"id": "con_1", **result}), parse_token(token))
    return [(server.urls, server.username, server.credential) for server in servers]


def test_the_first_of_each_kind() -> None:
    servers = [
        {"url": "turn:a:3478", "username": "u", "credential": "c"},
        {"url": "stun:b:3478"},
        {"url": "turn:c:3478", "username": "v", "credential": "d"},
        {"url": "stun:d:3478"},
    ]
    assert chosen({"customIceServers": servers}) == [("turn:a:3478", "u", "c"), ("stun:b:3478", None, None)]


@pytest.mark.parametrize(
    "url", ["", "http://x", "turn:", "stun:a?transport=udp", "turn:a?transport=sctp", "stuns:a"]
)
def test_addresses_that_aiortc_cannot_use_are_skipped(url: str) -> None:
    servers = [
        {"url": url, "username": "u", "credential": "c"},
        {"url": "turns:b", "username": "u", "credential": "c"},
    ]
    assert chosen({"customIceServers": servers}) == [("turns:b", "u", "c")]


def test_servers_before_2_21_name_turn_apart() -> None:
    result = {"coturnIp": "203.0.113.20", "turnUsername": "u", "turnCredential": "c"}
    assert chosen(result) == [("turn:203.0.113.20:3478", "u", "c")]


def test_servers_before_2_16_name_turn_in_the_token() -> None:
    token = f"{HOST}&coturnIp=203.0.113.20&turnUsername=u&turnCredential=c"
    assert chosen({}, token) == [("turn:203.0.113.20:3478", "u", "c")]


def test_none_is_ever_added() -> None:
    """Not even aiortc's default, a public one."""
    assert chosen({}) == []


def test_a_server_on_this_machine_needs_none() -> None:
    servers = [{"url": "turn:a:3478", "username": "u", "credential": "c"}]
    assert chosen({"customIceServers": servers}, "ws://127.0.0.1:4443?sessionId=s&token=tok_1") == []
