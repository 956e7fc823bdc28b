"""Framing, errors, keep-alive and resumption, over real WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from openvidu_local.client_socket import PING_SILENCE
from openvidu_local.rpc import MAX_MESSAGE_BYTES
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import SHORT, Joiner
from tests.openvidu_local.wire_client import OFFER, WireClient, until
from tests.support.openvidu import OpenViduRest, openvidu_server


@pytest_asyncio.fixture
async def quick() -> AsyncIterator[tuple[OpenViduServer, OpenViduRest]]:
    """A server with short timers."""
    async with openvidu_server(timing=SHORT) as server, OpenViduRest(server.url) as rest:
        await rest.create_session("room")
        yield server, rest


async def joined(quick: tuple[OpenViduServer, OpenViduRest]) -> WireClient:
    """A client that has joined `room`."""
    server, rest = quick
    client = await WireClient.open(server.url)
    await client.join(await rest.token("room"))
    return client


async def test_results_carry_the_rpc_session_and_pings_do_not(server: OpenViduServer, join: Joiner) -> None:
    client = await join()
    assert len(client.rpc_id) == 26
    assert await client.call("echo") == {"sessionId": client.rpc_id}
    assert await client.call("ping", {"interval": 5000}) == {"value": "pong"}


async def test_parameters_may_be_absent_null_or_empty(join: Joiner) -> None:
    client = await join()
    assert await client.reply(await client.send("echo"))
    assert await client.reply(await client.send("echo", params=None))
    assert await client.reply(await client.send("echo", {}))
    await client.send_text('{"jsonrpc":"2.0","id":99,"method":"echo","params":null}')
    assert await client.reply(99)


async def test_everything_but_join_is_refused_before_it(server: OpenViduServer) -> None:
    """Error 803 in the shape of the handler; ping, connect and closeSession are below that."""
    async with await WireClient.open(server.url) as client:
        error = await client.fails("echo")
        assert error.code == 803
        assert error.frame["error"]["message"].endswith(" Code: 803")
        assert "data" not in error.frame
        assert await client.call("ping") == {"value": "pong"}
        assert (await client.call("connect"))["value"] == "OK"
        assert (await client.call("closeSession"))["value"] == "bye"
        assert await client.closed() == 1000


async def test_both_error_shapes(server: OpenViduServer, join: Joiner) -> None:
    """A manager's error holds the RPC session and a stray `data`; -1 holds a stack trace's place."""
    client = await join()
    by_manager = (await client.fails("unpublishVideo")).frame
    assert by_manager == {
        "id": by_manager["id"],
        "error": {
            "sessionId": client.rpc_id,
            "code": 105,
            "message": by_manager["error"]["message"],
        },
        "data": {},
        "jsonrpc": "2.0",
    }
    assert by_manager["error"]["message"].endswith(" Code: 105")
    malformed = (await client.fails("onIceCandidate", {"endpointName": "x"})).frame["error"]
    assert malformed["code"] == -1
    assert malformed["message"].startswith("java.lang.RuntimeException:")
    assert malformed["data"]
    server.faults.set("error-shape=handler")
    assert "sessionId" not in (await client.fails("unpublishVideo")).frame["error"]
    server.faults.set("error=echo:999", "error-shape=manager")
    error = (await client.fails("echo")).frame["error"]
    assert (error["code"], error["sessionId"]) == (999, client.rpc_id)


async def test_unknown_methods_and_nonsense_get_no_reply(join: Joiner) -> None:
    client = await join()
    assert await client.stays_silent("noSuchMethod", {"a": 1})
    for text in ("{", "[]", '"text"', '{"jsonrpc":"2.0","id":4}', '{"jsonrpc":"2.0","method":"echo"}'):
        await client.send_text(text)
    before = len(client.frames)
    await client.call("ping")
    assert len(client.frames) == before + 1


async def test_a_session_id_in_other_calls_is_taken_for_an_rpc_session(join: Joiner) -> None:
    client = await join()
    assert (await client.fails("echo", {"sessionId": "room"})).code == 40007


async def test_messages_of_fifty_kibibytes_pass_and_longer_ones_close(join: Joiner) -> None:
    client = await join()
    frame = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "echo", "params": {"pad": ""}})
    await client.send_text(frame.replace('""', f'"{"x" * (MAX_MESSAGE_BYTES - len(frame))}"'))
    assert await client.reply(7)
    await client.send_text(frame.replace('""', f'"{"x" * (MAX_MESSAGE_BYTES - len(frame) + 1)}"'))
    assert await client.closed() == 1009


async def test_requests_of_one_socket_are_sequential_and_others_are_not_blocked(
    server: OpenViduServer, join: Joiner
) -> None:
    """A slow negotiation holds up its own socket only."""
    ada, bo = await join("MODERATOR"), await join()
    server.faults.set("delay-answer=1.0")
    params = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}
    publishing = await ada.send("publishVideo", params)
    echoing = await ada.send("echo")
    await bo.call("echo")
    assert all(frame.get("id") not in (publishing, echoing) for frame in ada.frames)
    await ada.reply(echoing)
    replies = [frame["id"] for frame in ada.frames if frame.get("id") in (publishing, echoing)]
    assert replies == [publishing, echoing]


async def test_silence_of_pings_closes_the_socket(quick: tuple[OpenViduServer, OpenViduRest]) -> None:
    """Three intervals without a ping, then the grace, then the others hear of it."""
    witness, client = await joined(quick), await joined(quick)
    await client.call("ping", {"interval": 50})
    assert await client.closed() == 1000
    assert client.close_reason == PING_SILENCE
    left = await witness.notification("participantLeft")
    assert left == {"connectionId": client.connection_id, "reason": "networkDisconnect"}
    await witness.close()
    await client.close()


async def test_who_never_pings_is_never_closed(quick: tuple[OpenViduServer, OpenViduRest]) -> None:
    """The first ping arms the watchdog."""
    silent, pinging = await joined(quick), await joined(quick)
    await pinging.call("ping", {"interval": 50})
    await pinging.closed()
    assert silent.close_code is None
    assert await silent.call("echo")
    await silent.close()
    await pinging.close()


async def test_a_swallowed_ping_gets_no_reply(server: OpenViduServer, join: Joiner) -> None:
    client = await join()
    server.faults.set("swallow-ping=1")
    assert await client.stays_silent("ping")


async def test_a_lost_socket_is_resumed(server: OpenViduServer, join: Joiner, rest: OpenViduRest) -> None:
    """`connect` moves the RPC session; the participant never left and is still reached."""
    ada, bo = await join("MODERATOR"), await join()
    await bo.cut()
    async with await WireClient.open(server.url) as again:
        resumed = await again.call("connect", {"sessionId": bo.rpc_id, "reconnect": True})
        assert resumed == {"value": "reconnection successful", "sessionId": bo.rpc_id}
        await ada.call("sendMessage", {"message": json.dumps({"data": "hi", "type": "signal:x"})})
        assert (await again.notification("sendMessage"))["data"] == "hi"
        assert "participantLeft" not in ada.notifications()
        await again.call("leaveRoom")


async def test_connect_takes_over_while_the_old_socket_is_open(server: OpenViduServer, join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    async with await WireClient.open(server.url) as again:
        await again.call("connect", {"sessionId": bo.rpc_id, "reconnect": True})
        await bo.close(4104, "Connection closed for reconnection")
        await ada.call("sendMessage", {"message": json.dumps({"data": "hi", "type": "signal:x"})})
        await again.notification("sendMessage")
        assert "participantLeft" not in ada.notifications()


async def test_an_unknown_rpc_session_cannot_be_resumed(server: OpenViduServer) -> None:
    async with await WireClient.open(server.url) as client:
        error = await client.fails("connect", {"sessionId": "nobody", "reconnect": True})
        assert (error.code, error.frame["error"]["message"]) == (40007, "reconnection error")


async def test_the_grace_ends_in_an_eviction(quick: tuple[OpenViduServer, OpenViduRest]) -> None:
    """After it `connect` fails and the session, left by its last member, is gone."""
    server, _ = quick
    client = await joined(quick)
    await client.cut()
    await until(lambda: not server.rooms.sessions, "the session is closed")
    async with await WireClient.open(server.url) as again:
        assert (await again.fails("connect", {"sessionId": client.rpc_id, "reconnect": True})).code == 40007


async def test_a_notification_to_a_lost_socket_evicts_at_once(server: OpenViduServer, join: Joiner) -> None:
    """A busy room has no patience, whatever the grace (10 s here)."""
    ada, bo = await join("MODERATOR"), await join()
    await bo.cut()
    await until(lambda: len(server.rpc._sockets) == 1, "the server knows that the socket is gone")
    await ada.call("sendMessage", {"message": json.dumps({"data": "hi", "type": "signal:x"})})
    left = await ada.notification("participantLeft")
    assert left == {"connectionId": bo.connection_id, "reason": "networkDisconnect"}


async def test_the_switch_evicts_without_grace(server: OpenViduServer, join: Joiner) -> None:
    server.faults.set("evict-on-drop")
    ada, bo = await join("MODERATOR"), await join()
    await bo.cut()
    assert (await ada.notification("participantLeft"))["reason"] == "networkDisconnect"


async def test_a_close_with_a_reason_leaves_a_ghost(quick: tuple[OpenViduServer, OpenViduRest]) -> None:
    """Closing without `leaveRoom` keeps the participant until a notification to it fails."""
    server, _ = quick
    witness, ghost = await joined(quick), await joined(quick)
    await ghost.close(4102, "Connection closed by client")
    await until(lambda: ghost.rpc_id not in server.rpc._sessions, "the RPC session ends")
    assert ghost.connection_id in server.rooms.sessions["room"].connections
    assert "participantLeft" not in witness.notifications()
    await witness.call("sendMessage", {"message": json.dumps({"data": "hi", "type": "signal:x"})})
    left = await witness.notification("participantLeft")
    assert left == {"connectionId": ghost.connection_id, "reason": "networkDisconnect"}
    await witness.close()


async def test_a_dropped_socket_has_no_close_frame(server: OpenViduServer, join: Joiner) -> None:
    """By method with the switch, or at any moment."""
    ada, bo = await join("MODERATOR"), await join()
    server.faults.set("drop=echo")
    await ada.send("echo")
    assert await ada.closed() == 1006
    assert server.rpc.drop_sockets(bo.connection_id) == 1
    assert await bo.closed() == 1006


async def test_the_cookie_keeps_the_final_user_id(server: OpenViduServer, rest: OpenViduRest) -> None:
    await rest.create_session("room")
    users = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        for _ in range(2):
            websocket = await http.ws_connect(f"{server.url.replace('http', 'ws', 1)}/openvidu")
            token = await rest.token("room")
            params = {"token": token, "session": "room", "platform": "", "metadata": "", "secret": ""}
            await websocket.send_json({"jsonrpc": "2.0", "id": 1, "method": "joinRoom", "params": params})
            users.append((await websocket.receive_json())["result"]["finalUserId"])
            await websocket.send_json({"jsonrpc": "2.0", "id": 2, "method": "leaveRoom"})
            await websocket.close()
            await rest.create_session("room")
    assert len(users[0]) == 16
    assert users[0] == users[1]


async def test_a_client_that_does_not_read_is_cut_off(
    server: OpenViduServer, rest: OpenViduRest, join: Joiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its messages do not queue without bound, and the others go on."""
    monkeypatch.setattr("openvidu_local.client_socket._OUTBOX_MESSAGES", 20)
    ada = await join("MODERATOR")
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(
        b"GET /openvidu HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    params = {"session": "room", "token": await rest.token("room"), "platform": "", "metadata": ""}
    text = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "joinRoom", "params": params | {"secret": ""}})
    writer.write(b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text.encode())
    await ada.notification("participantJoined")
    message = {"message": json.dumps({"data": "x" * 40_000, "type": "signal:x", "to": []})}
    for _ in range(1000):
        await ada.call("sendMessage", message)
        if "participantLeft" in ada.notifications():
            break
    assert (await ada.notification("participantLeft"))["reason"] == "networkDisconnect"
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    assert reader.exception() is None or isinstance(reader.exception(), ConnectionError)
