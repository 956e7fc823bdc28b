"""Which STUN and TURN servers are used."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from typing import Any

import pytest

from desktop.rtc.ice_servers import (
    MAX_SERVERS,
    HostNames,
    IceServers,
    StunServer,
    TurnServer,
    choose_ice_servers,
)
from desktop.rtc.messages import JoinResult
from desktop.rtc.token import parse_token
from tests.support.waiting import until

HOST = "wss://video.example.org?sessionId=s&token=tok_1"
SECRETS = {"username": "u", "credential": "c"}


def chosen(
    result: dict[str, Any], token: str = HOST, *, relay_only: bool = False
) -> tuple[StunServer | TurnServer, ...]:
    """What is used."""
    joined = JoinResult.model_validate({"id": "con_1", **result})
    return choose_ice_servers(joined, parse_token(token), relay_only=relay_only).servers


def test_entry_by_entry_as_they_come() -> None:
    """All of them, not the first of each kind; the same one twice is one."""
    servers = [
        {"url": "turn:a:3478", **SECRETS},
        {"url": "stun:b:3479"},
        {"url": "turn:c?transport=tcp", "username": "v", "credential": "d"},
        {"url": "stun:d"},
        {"url": "turn:a", **SECRETS},
    ]
    assert chosen({"customIceServers": servers}) == (
        TurnServer("a", 3478, "udp", False, "u", "c"),
        StunServer("b", 3479),
        TurnServer("c", 3478, "tcp", False, "v", "d"),
        StunServer("d", 3478),
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("turn:a", TurnServer("a", 3478, "udp", False, "u", "c")),
        ("turn:a?transport=udp", TurnServer("a", 3478, "udp", False, "u", "c")),
        ("turn:a:443?transport=tcp", TurnServer("a", 443, "tcp", False, "u", "c")),
        ("turns:a", TurnServer("a", 5349, "tcp", True, "u", "c")),
        ("turns:a:443?transport=tcp", TurnServer("a", 443, "tcp", True, "u", "c")),
        ("TURN:A.Example.org?transport=UDP", TurnServer("A.Example.org", 3478, "udp", False, "u", "c")),
        ("turn:203.0.113.20:3478", TurnServer("203.0.113.20", 3478, "udp", False, "u", "c")),
        ("turn:[2001:db8::1]:3479", TurnServer("2001:db8::1", 3479, "udp", False, "u", "c")),
        ("stun:[2001:db8::1]", StunServer("2001:db8::1", 3478)),
    ],
)
def test_every_form_of_an_address(url: str, server: StunServer | TurnServer) -> None:
    assert chosen({"customIceServers": [{"url": url, **SECRETS}]}) == (server,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://x",
        "turn:",
        "turn:a:0",
        "turn:a:65536",
        "turn:a:123456789",
        "turn:a b",
        "turn:u@a",
        "turn://a",
        "turn:a?transport=sctp",
        "turn:a?transport=tcp&x=1",
        "turns:a?transport=udp",
        "stun:a?transport=udp",
        "stuns:a",
        "turn:" + "a" * 300,
    ],
)
def test_addresses_that_are_of_no_use_are_skipped(url: str) -> None:
    servers = [{"url": url, **SECRETS}, {"url": "turns:b", **SECRETS}]
    assert chosen({"customIceServers": servers}) == (TurnServer("b", 5349, "tcp", True, "u", "c"),)


@pytest.mark.parametrize("secrets", [{}, {"username": "u"}, {"credential": "c"}])
def test_turn_without_credentials_is_skipped(secrets: dict[str, str]) -> None:
    """It would be refused anyway."""
    assert chosen({"customIceServers": [{"url": "turn:a", **secrets}]}) == ()


def test_a_list_without_end_is_cut() -> None:
    """Each server costs every stream sockets and questions."""
    servers = [{"url": f"stun:host{number}"} for number in range(1000)]
    assert chosen({"customIceServers": servers}) == tuple(
        StunServer(f"host{number}") for number in range(MAX_SERVERS)
    )


def older(host: str) -> tuple[StunServer | TurnServer, ...]:
    """What openvidu-browser made of the coturn of servers before 2.21."""
    return (
        StunServer(host),
        TurnServer(host, 3478, "udp", False, "u", "c"),
        TurnServer(host, 3478, "tcp", False, "u", "c"),
    )


def test_servers_before_2_21_name_turn_apart() -> None:
    result = {"coturnIp": "203.0.113.20", "turnUsername": "u", "turnCredential": "c"}
    assert chosen(result) == older("203.0.113.20")
    assert chosen({**result, "coturnPort": 3479})[0] == StunServer("203.0.113.20", 3479)
    assert chosen({**result, "coturnIp": "2001:db8::1"}) == older("2001:db8::1")


def test_the_list_of_later_servers_stands_for_it() -> None:
    """Since 2.21 the result has both, and says the same thing twice."""
    result = {"coturnIp": "203.0.113.20", "turnUsername": "u", "turnCredential": "c"}
    servers = [{"url": "turn:203.0.113.20:3478", **SECRETS}]
    assert chosen({**result, "customIceServers": servers}) == (
        TurnServer("203.0.113.20", 3478, "udp", False, "u", "c"),
    )


def test_servers_before_2_16_name_turn_in_the_token() -> None:
    token = f"{HOST}&role=PUBLISHER&version=2.15.0&coturnIp=203.0.113.20&turnUsername=u&turnCredential=c"
    assert chosen({}, token) == older("203.0.113.20")


def test_servers_before_2_12_mean_their_own_host() -> None:
    token = "wss://video.example.org:4443?sessionId=s&token=abcdefgh12345678&turnUsername=u&turnCredential=c"
    assert chosen({}, token) == older("video.example.org")


@pytest.mark.parametrize("token", [HOST, "ws://127.0.0.1:4443?sessionId=s&token=tok_1"])
def test_none_is_ever_added(token: str) -> None:
    """Not even aiortc's default, a public one."""
    assert chosen({}, token) == ()
    assert chosen({"coturnIp": "203.0.113.20"}, token) == ()


def test_relay_only_asks_turn_servers_alone() -> None:
    """A STUN server would learn our address for nothing."""
    joined = JoinResult.model_validate(
        {"id": "con_1", "customIceServers": [{"url": "stun:a"}, {"url": "turn:b", **SECRETS}]}
    )
    context = ssl.create_default_context()
    servers = choose_ice_servers(joined, parse_token(HOST), relay_only=True, ssl_context=context)
    assert servers.relay_only
    assert servers.ssl_context is context
    assert servers.used == (TurnServer("b", 3478, "udp", False, "u", "c"),)
    assert len(IceServers(servers.servers).used) == 2


async def test_a_name_is_looked_up_once_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that hangs holds one thread; who stops waiting does not stop the others."""
    asked: list[str] = []
    answer = threading.Event()

    def resolve(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        assert answer.wait(5)
        return [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    names = HostNames()
    waiting = [asyncio.ensure_future(names.look_up("turn.example.org")) for _ in range(5)]
    await until(lambda: asked, "the question")
    waiting[0].cancel()
    answer.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == ["192.0.2.7"] * 4
    assert asked == ["turn.example.org"]
    assert await names.look_up("turn.example.org") == "192.0.2.7"
    assert len(asked) == 2


async def test_a_name_that_cannot_be_one() -> None:
    """Refused before any resolver is asked."""
    with pytest.raises(ValueError, match="label"):
        await HostNames().look_up(f"{'x' * 70}.example.org")


def test_secrets_stay_out_of_what_is_printed() -> None:
    """These objects may end up in a log."""
    servers = IceServers((TurnServer("a", username="a-user", credential="a-secret"),))
    assert "a-user" not in repr(servers)
    assert "a-secret" not in repr(servers)
