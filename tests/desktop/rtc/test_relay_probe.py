"""Relays, asked with credentials and without: a real coturn over UDP, TCP and TLS, and what is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.rtc import relay_probe
from desktop.rtc.ice_servers import TurnServer
from desktop.rtc.relay_probe import RelayProbeError, allocate, probe, relay_of
from desktop.system.trust import trust_context
from tests.desktop.rtc.ice_peers import coturn, free_port, make_certificate, needs_coturn


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("turn:t.example", TurnServer("t.example", 3478, "udp")),
        ("turn:t.example:443?transport=tcp", TurnServer("t.example", 443, "tcp")),
        ("turns:t.example", TurnServer("t.example", 5349, "tcp", True)),
        ("turns:[2001:db8::1]:443?transport=tcp", TurnServer("2001:db8::1", 443, "tcp", True)),
    ],
)
def test_addresses(address: str, server: TurnServer) -> None:
    assert relay_of(address) == server


@pytest.mark.parametrize("address", ["", "stun:t.example", "turn:user@t.example", "https://t.example"])
def test_addresses_of_something_else(address: str) -> None:
    with pytest.raises(ValueError, match="turn:"):
        relay_of(address)


@needs_coturn
async def test_a_relay_answers_over_every_transport(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with coturn(certificate, tmp_path) as turn:
        for transport in ("udp", "tcp", "tls"):
            await probe(turn.server(transport), trust_context(Path(certificate.certificate)))
        with pytest.raises(RelayProbeError, match="SSLCertVerificationError"):
            await probe(turn.server("tls"))


@needs_coturn
async def test_a_room_s_credentials_get_an_address_and_others_do_not(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with coturn(certificate, tmp_path) as turn:
        for transport in ("udp", "tcp", "tls"):
            await allocate(turn.server(transport), trust_context(Path(certificate.certificate)))
            with pytest.raises(RelayProbeError, match="refused with 401"):
                await allocate(
                    turn.server(transport, credential="wrong"), trust_context(Path(certificate.certificate))
                )
        with pytest.raises(RelayProbeError, match="SSLCertVerificationError"):
            await allocate(turn.server("tls"))
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_no_address_from_nobody(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_probe, "ANSWER_S", 1.0)
    with pytest.raises(RelayProbeError):
        await allocate(TurnServer("127.0.0.1", free_port(), transport, username="u", credential="c"))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_nobody_there(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_probe, "ANSWER_S", 1.0)
    with pytest.raises(RelayProbeError):
        await probe(TurnServer("127.0.0.1", free_port(), transport))


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n\r\n\r\n\r\n" * 99, b"", b"\x01\x01\x00\x00" * 5]
)
async def test_something_that_is_no_relay(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(20)
        writer.write(said)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RelayProbeError):
            await probe(TurnServer("127.0.0.1", port, "tcp"))
