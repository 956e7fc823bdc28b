"""Ways to a room: dead and good ICE servers, relays, certificates, proxies."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import truststore

from desktop.rtc import gathering
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import OnIceCandidate, Request
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.room import RoomOptions
from desktop.rtc.signalling import Signalling
from desktop.rtc.state import RoomPhase
from tests.desktop.rtc.conftest import Guest, House, open_house
from tests.desktop.rtc.ice_peers import (
    OUTSIDE,
    StunResponder,
    coturn,
    make_certificate,
    needs_coturn,
    silent_tcp,
    stun_server,
)
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.sources import GREEN, RED, shows
from tests.support.waiting import until

NO_SUCH_HOST = "video.invalid"
"""A name that no resolver knows (RFC 6761): only a proxy gets there."""

SECRETS = {"username": "u", "credential": "c"}


@pytest.fixture(params=["kurento", "mediasoup"])
async def any_house(
    request: pytest.FixtureRequest, kurento: RunningOpenVidu, mediasoup: RunningOpenVidu
) -> AsyncIterator[House]:
    """A session with either media server's manners."""
    async with open_house(kurento if request.param == "kurento" else mediasoup) as house:
        yield house


async def guest_with(house: House, servers: list[dict[str, str]], name: str = "Ada", **options: Any) -> Guest:
    """Somebody whose connection names these ICE servers, not joined yet."""
    await house.rest.create_session(house.session_id)
    token = await house.rest.token(house.session_id, customIceServers=servers)
    guest = Guest(token, name, **options)
    house.guests.append(guest)
    return guest


def selected(guest: Guest) -> list[str]:
    """Types of our candidates in use: the own stream's first, then the others'."""
    room = guest.room
    assert isinstance(room, OpenViduRoom)
    peers = [room._place.connection.publication._peer]
    peers += [subscription._peer for subscription in room._subscriptions.running]
    return [peer.selected_candidates[0] for peer in peers if peer and peer.selected_candidates]


async def test_dead_servers_do_not_delay_the_join(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is seen although no server ever answers, and none is given up."""
    monkeypatch.setattr(gathering, "GATHERING_LIMIT_S", 3600.0)
    async with stun_server(StunResponder(silent=True)) as dead, silent_tcp() as dead_tcp:
        servers = [
            {"url": f"stun:127.0.0.1:{dead.port}"},
            {"url": f"turn:127.0.0.1:{dead.port}", **SECRETS},
            {"url": f"turn:127.0.0.1:{dead_tcp}?transport=tcp", **SECRETS},
            {"url": f"turns:127.0.0.1:{dead_tcp}", **SECRETS},
        ]
        ada = await guest_with(any_house, servers, "Ada", colour=RED)
        bo = await guest_with(any_house, servers, "Bo", colour=GREEN)
        await ada.room.join()
        assert dead.requests
        await bo.room.join()
        await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
        await until(lambda: shows(bo.picture_of(), RED), "Ada's picture")
        await asyncio.gather(ada.room.leave(), bo.room.leave())


async def test_found_candidates_reach_their_endpoints(house: House) -> None:
    """Ours go to our own connection, those of a subscription to its publisher's; both are accepted."""
    accepted: list[OnIceCandidate] = []
    original = Signalling.request

    async def request(signalling: Signalling, message: Request, **options: Any) -> dict[str, Any]:
        reply = await original(signalling, message, **options)
        if isinstance(message, OnIceCandidate):
            accepted.append(message)
        return reply

    ada = await house.joined("Ada")
    with patch.object(Signalling, "request", request):
        async with stun_server() as responder:
            bo = await guest_with(house, [{"url": f"stun:127.0.0.1:{responder.port}"}], "Bo")
            await bo.room.join()
            ids = {ada.state.own_connection_id, bo.state.own_connection_id}
            await until(lambda: {message.endpoint_name for message in accepted} == ids, "the candidates")
    for message in accepted:
        assert message.candidate.startswith("candidate:")
        assert f" {OUTSIDE} " in message.candidate
        assert (message.sdp_mid, message.sdp_m_line_index) == ("0", 0)


@needs_coturn
async def test_a_room_through_relays_alone(any_house: House, tmp_path: Path) -> None:
    """Both ways, over UDP and over TCP, and no stream takes another way."""
    async with coturn(make_certificate(tmp_path), tmp_path) as turn:
        options = RoomOptions(relay_only=True)
        ada = await guest_with(any_house, [turn.entry("udp")], "Ada", colour=RED, options=options)
        bo = await guest_with(any_house, [turn.entry("tcp")], "Bo", colour=GREEN, options=options)
        await ada.room.join()
        await bo.room.join()
        await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture")
        await until(lambda: shows(bo.picture_of(), RED), "Ada's picture")
        assert selected(ada) == ["relay", "relay"]
        assert selected(bo) == ["relay", "relay"]
        await asyncio.gather(ada.room.leave(), bo.room.leave())


async def test_relay_only_where_no_relay_is_named(house: House) -> None:
    """No other way is taken instead: the join fails and says that media does."""
    ada = await guest_with(house, [{"url": "stun:127.0.0.1:9"}], options=RoomOptions(relay_only=True))
    with pytest.raises(RtcError) as caught:
        await ada.room.join()
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    assert ada.state.phase is RoomPhase.LEFT


async def test_a_server_of_its_own_certificate(tmp_path: Path) -> None:
    """Refused as such by default, and joined with a context that trusts it."""
    files = make_certificate(tmp_path)
    arguments = ["--cert", str(files.certificate), "--key", str(files.key), "--log-level", "WARNING"]
    with openvidu_process(*arguments) as running:
        async with OpenViduRest(running.url, running.secret, ssl_context=files.trusting()) as rest:
            session_id = await rest.create_session()
            token = await rest.token(session_id)
            assert token.startswith("wss://")
            for context in (None, truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):
                ada = Guest(token, options=RoomOptions(ssl_context=context))
                with pytest.raises(RtcError) as caught:
                    await ada.room.join()
                assert caught.value.code is RtcErrorCode.UNTRUSTED_CERTIFICATE
                assert ada.state.error is RtcErrorCode.UNTRUSTED_CERTIFICATE
            ada = Guest(token, options=RoomOptions(ssl_context=files.trusting()))
            await ada.room.join()
            assert ada.state.phase is RoomPhase.CONNECTED
            await ada.room.leave()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a test cannot add to the system's authorities")
async def test_a_companys_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system trusts is trusted, by the kind of context the apps use."""
    files = make_certificate(tmp_path)
    arguments = ["--cert", str(files.certificate), "--key", str(files.key), "--log-level", "WARNING"]
    with openvidu_process(*arguments) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
        system = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with OpenViduRest(running.url, running.secret, ssl_context=files.trusting()) as rest:
            ada = Guest(
                await rest.token(await rest.create_session()), options=RoomOptions(ssl_context=system)
            )
            await ada.room.join()
            assert ada.state.phase is RoomPhase.CONNECTED
            await ada.room.leave()


async def test_a_trusted_certificate_of_another_host(tmp_path: Path) -> None:
    """Trusting its maker does not make it this server's."""
    files = make_certificate(tmp_path)
    arguments = ["--cert", str(files.certificate), "--key", str(files.key), "--public-host", "127.0.0.2"]
    with openvidu_process(*arguments, "--host", "0.0.0.0", "--log-level", "WARNING") as running:
        url = running.url.replace("127.0.0.2", "127.0.0.1").replace("0.0.0.0", "127.0.0.1")
        async with OpenViduRest(url, running.secret, ssl_context=files.trusting()) as rest:
            token = await rest.token(await rest.create_session())
            assert "127.0.0.2" in token
            ada = Guest(token, options=RoomOptions(ssl_context=files.trusting()))
            with pytest.raises(RtcError) as caught:
                await ada.room.join()
            assert caught.value.code is RtcErrorCode.UNTRUSTED_CERTIFICATE


class Proxy:
    """An HTTP proxy that knows CONNECT and takes every name for this machine.

    Attributes:
        asked: the first line of each request.
        refusal: the status line it answers with instead of connecting; "" connects.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refusal = ""
        self._writers: list[asyncio.StreamWriter] = []
        self._clients: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        self._writers.append(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.splitlines()[0])
        if self.refusal:
            writer.write(f"HTTP/1.1 {self.refusal}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        port = int(self.asked[-1].split()[1].rpartition(":")[2])
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        self._writers.append(far_writer)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def close(self) -> None:
        """Drop every connection."""
        for writer in self._writers:
            writer.close()
        if self._clients:
            await asyncio.wait(self._clients)


@asynccontextmanager
async def system_proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """Run a proxy and make it the system's, as far as the environment says what that is."""
    for name in ("no_proxy", "all_proxy", "ws_proxy", "wss_proxy", "socks_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    proxy = Proxy()
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield proxy
        await proxy.close()


async def test_through_the_systems_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy, not we, looks the server's name up; TLS goes through it to the end."""
    files = make_certificate(tmp_path, name=NO_SUCH_HOST)
    arguments = ["--cert", str(files.certificate), "--key", str(files.key), "--public-host", NO_SUCH_HOST]
    with openvidu_process(*arguments, "--log-level", "WARNING") as running:
        url = running.url.replace(NO_SUCH_HOST, "127.0.0.1")
        async with (
            OpenViduRest(url, running.secret, ssl_context=files.trusting()) as rest,
            system_proxy(monkeypatch) as proxy,
        ):
            token = await rest.token(await rest.create_session())
            assert f"wss://{NO_SUCH_HOST}:" in token
            ada = Guest(token, options=RoomOptions(ssl_context=files.trusting()))
            await ada.room.join()
            assert ada.state.phase is RoomPhase.CONNECTED
            assert [line.split(":")[0] for line in proxy.asked] == [f"CONNECT {NO_SUCH_HOST}"]
            await ada.room.leave()


async def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """As unreachable as a server that is away; nothing is tried past the proxy."""
    async with system_proxy(monkeypatch) as proxy:
        proxy.refusal = "407 Proxy Authentication Required"
        ada = Guest(f"wss://{NO_SUCH_HOST}:4443?sessionId=room&token=tok_1")
        with pytest.raises(RtcError) as caught:
            await ada.room.join()
        assert caught.value.code is RtcErrorCode.UNREACHABLE
        assert proxy.asked


async def test_this_machine_is_reached_without_a_proxy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs here is none of the proxy's business."""
    async with system_proxy(monkeypatch) as proxy:
        ada = await house.joined()
        assert ada.state.phase is RoomPhase.CONNECTED
        assert proxy.asked == []
        await ada.room.leave()
