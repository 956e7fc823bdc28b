"""JSON-RPC against a scripted server: replies, order, time-outs, pings, resuming."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import Echo, JoinRoom, LeaveRoom, Notification, ParticipantJoined
from desktop.rtc.signalling import LineState, Signalling, SignallingTimes
from desktop.rtc.token import parse_token
from tests.support.waiting import until

TIMES = SignallingTimes(
    open_s=2.0, reply_s=0.3, ping_interval_s=0.05, ping_reply_s=0.3, close_s=0.5, resume_limit_s=1.5
)


class ScriptedServer:
    """Answers every request with an empty result, unless told otherwise.

    Attributes:
        received: every message of every socket, in order.
        paths: the request path of every socket.
        close_codes: how each socket ended.
        silent: methods that get no reply.
        errors: error code by method.
        before: notifications to send before the reply to a method.
    """

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.close_codes: list[int | None] = []
        self.silent: set[str] = set()
        self.errors: dict[str, int] = {}
        self.before: dict[str, list[str]] = {}
        self.socket: ServerConnection | None = None

    def methods(self) -> list[str]:
        """What was called, pings left out."""
        return [message["method"] for message in self.received if message["method"] != "ping"]

    def pings(self) -> list[dict[str, Any]]:
        """The pings that came."""
        return [message for message in self.received if message["method"] == "ping"]

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one socket."""
        self.socket = socket
        assert socket.request is not None
        self.paths.append(socket.request.path)
        try:
            async for text in socket:
                message = json.loads(text)
                self.received.append(message)
                method = message["method"]
                for line in self.before.get(method, []):
                    await socket.send(line)
                if method in self.silent:
                    continue
                body: dict[str, Any] = {"result": {"value": method}}
                if method in self.errors:
                    body = {"error": {"code": self.errors[method], "message": "no"}}
                await socket.send(json.dumps({"id": message["id"], **body, "jsonrpc": "2.0"}))
        except ConnectionClosed:
            pass  # how it ended is what the test looks at
        self.close_codes.append(socket.close_code)

    async def drop(self) -> None:
        """Cut the socket without a close frame."""
        assert self.socket is not None
        self.socket.transport.abort()
        await self.socket.wait_closed()


class Line:
    """A signalling and everything it told."""

    def __init__(self, port: int) -> None:
        self.told: list[object] = []
        token = parse_token(f"ws://127.0.0.1:{port}?sessionId=room&token=tok_1")
        self.signalling = Signalling(
            token, on_notification=self.told.append, on_line=self.told.append, times=TIMES
        )


@asynccontextmanager
async def listening(script: ScriptedServer) -> AsyncIterator[int]:
    """Run the scripted server; its port."""
    server: Server
    async with serve(script.handle, "127.0.0.1", 0) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@pytest.fixture
async def script() -> ScriptedServer:
    """What the server does."""
    return ScriptedServer()


@pytest.fixture
async def line(script: ScriptedServer) -> AsyncIterator[Line]:
    """An open line to the scripted server."""
    async with listening(script) as port:
        line = Line(port)
        await line.signalling.open()
        yield line
        await line.signalling.close()
    await until(
        lambda: not [task for task in asyncio.all_tasks() if task.get_name() in {"signalling", "pings"}],
        "the end of our tasks",
    )


async def test_request_and_reply(script: ScriptedServer, line: Line) -> None:
    assert await line.signalling.request(Echo()) == {"value": "echo"}
    assert script.paths == ["/openvidu?sessionId=room"]


async def test_replies_find_their_requests(script: ScriptedServer, line: Line) -> None:
    """Whatever order they come in."""
    script.errors["leaveRoom"] = 203
    leaving = asyncio.create_task(line.signalling.request(LeaveRoom()))
    assert await line.signalling.request(Echo()) == {"value": "echo"}
    with pytest.raises(RtcError) as caught:
        await leaving
    assert (caught.value.code, caught.value.wire_code) == (RtcErrorCode.ROOM_GONE, 203)


async def test_first_ping_names_the_interval_and_later_ones_follow(
    script: ScriptedServer, line: Line
) -> None:
    """Without pings the server closes the socket."""
    await until(lambda: len(script.pings()) >= 3, "three pings")
    assert script.received[0] == {"jsonrpc": "2.0", "id": 0, "method": "ping", "params": {"interval": 5000}}
    assert all("params" not in ping for ping in script.pings()[1:])


async def test_a_request_without_reply_times_out(script: ScriptedServer, line: Line) -> None:
    """The server ignores unknown methods; the line stays usable."""
    script.silent.add("echo")
    with pytest.raises(RtcError) as caught:
        await line.signalling.request(Echo())
    assert caught.value.code is RtcErrorCode.NO_REPLY
    assert await line.signalling.request(LeaveRoom()) == {"value": "leaveRoom"}


async def test_notifications_come_in_order_and_before_the_reply(script: ScriptedServer, line: Line) -> None:
    script.before["echo"] = [
        json.dumps({"method": "participantJoined", "params": {"id": f"con_{number}"}, "jsonrpc": "2.0"})
        for number in range(50)
    ]
    await line.signalling.request(Echo())
    assert [message.id for message in line.told if isinstance(message, ParticipantJoined)] == [
        f"con_{number}" for number in range(50)
    ]


async def test_nonsense_is_skipped(
    script: ScriptedServer, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """Broken frames, replies to nobody and broken notifications end nothing, and are not quoted."""
    script.before["echo"] = [
        "secret-in-a-broken-frame",
        "[]",
        '{"id":"x","result":{}}',
        '{"id":999999,"result":{}}',
        '{"method":"participantLeft","params":{"reason":"secret-in-a-member"}}',
        '{"method":"brandNew","params":{}}',
        '{"method":"participantJoined","params":{"id":"con_1"}}',
    ]
    await line.signalling.request(Echo())
    assert [type(message) for message in line.told] == [ParticipantJoined]
    assert "secret" not in caplog.text


async def test_skipped_messages_are_counted_and_do_not_flood_the_log(
    script: ScriptedServer, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """A thousand make ten lines: those whose number is a power of two."""
    script.before["echo"] = ["nonsense"] * 1000
    await line.signalling.request(Echo())
    assert line.signalling.skipped == 1000
    assert caplog.text.count("was skipped") == 10


async def test_a_failing_listener_does_not_end_the_line(
    script: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Its fault is logged, the next message is delivered."""
    told: list[Notification] = []

    def listen(message: Notification) -> None:
        told.append(message)
        if len(told) == 1:
            raise KeyError("a bug")

    script.before["echo"] = ['{"method":"participantJoined","params":{"id":"con_1"}}'] * 2
    async with listening(script) as port:
        token = parse_token(f"ws://127.0.0.1:{port}?sessionId=room&token=tok_1")
        signalling = Signalling(token, on_notification=listen, on_line=lambda _: None, times=TIMES)
        await signalling.open()
        await signalling.request(Echo())
        await signalling.close()
    assert len(told) == 2
    assert "participantJoined" in caplog.text


async def test_leaving_closes_with_the_code_of_the_browser_library(
    script: ScriptedServer, line: Line
) -> None:
    await line.signalling.request(Echo())
    await line.signalling.close()
    await until(lambda: script.close_codes == [4102], "the close code")
    with pytest.raises(RtcError) as caught:
        await line.signalling.request(Echo())
    assert caught.value.code is RtcErrorCode.CLOSED
    assert line.told == []


async def test_closing_fails_what_waits(script: ScriptedServer, line: Line) -> None:
    script.silent.add("echo")
    waiting = asyncio.create_task(line.signalling.request(Echo(), timeout_s=30))
    await until(lambda: "echo" in script.methods(), "the request")
    await line.signalling.close()
    with pytest.raises(RtcError):
        await waiting


async def test_a_lost_line_before_the_join_is_final(script: ScriptedServer, line: Line) -> None:
    await line.signalling.request(Echo())
    await script.drop()
    await until(lambda: line.told == [LineState.ENDED], "the end")


async def test_a_lost_line_is_resumed(script: ScriptedServer, line: Line) -> None:
    """The session is continued by `connect`, before anything else, on a socket that says so."""
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    await script.drop()
    await until(lambda: line.told == [LineState.LOST, LineState.RESUMED], "the resuming")
    assert script.paths[1] == "/openvidu?sessionId=room&reconnect=true"
    resume = next(message for message in script.received if message["method"] == "connect")
    assert resume["params"] == {"sessionId": "rpc-1", "reconnect": True}
    after = script.received[script.received.index(resume) + 1]
    assert after["params"] == {"interval": 5000}
    assert await line.signalling.request(LeaveRoom()) == {"value": "leaveRoom"}


async def test_a_request_waits_for_the_resumed_line(script: ScriptedServer, line: Line) -> None:
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    await script.drop()
    await until(lambda: LineState.LOST in line.told, "the loss")
    assert await line.signalling.request(Echo(), timeout_s=5) == {"value": "echo"}


async def test_requests_under_way_fail_with_the_line(script: ScriptedServer, line: Line) -> None:
    """Their outcome is unknown: they are not repeated."""
    script.silent.add("echo")
    line.signalling.keep("rpc-1")
    waiting = asyncio.create_task(line.signalling.request(Echo(), timeout_s=30))
    await until(lambda: "echo" in script.methods(), "the request")
    await script.drop()
    with pytest.raises(RtcError) as caught:
        await waiting
    assert caught.value.code is RtcErrorCode.NO_REPLY
    await until(lambda: LineState.RESUMED in line.told, "the resuming")
    assert script.methods().count("echo") == 1


async def test_a_server_that_has_forgotten_us(script: ScriptedServer, line: Line) -> None:
    """40007 is final: no further attempt."""
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    script.errors["connect"] = 40007
    await script.drop()
    await until(lambda: LineState.ENDED in line.told, "the end")
    assert line.told == [LineState.LOST, LineState.ENDED]
    assert script.methods().count("connect") == 1


async def test_other_refusals_are_tried_again_until_it_is_too_late(
    script: ScriptedServer, line: Line
) -> None:
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    script.errors["connect"] = -1
    await script.drop()
    await until(lambda: LineState.ENDED in line.told, "the end", timeout_s=40)
    assert script.methods().count("connect") >= 2


async def test_a_silent_server_is_a_lost_line(script: ScriptedServer, line: Line) -> None:
    """TCP may not notice for minutes; an unanswered ping does."""
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    script.silent.add("ping")
    await until(lambda: LineState.LOST in line.told, "the loss")
    script.silent.clear()
    await until(lambda: LineState.RESUMED in line.told, "the resuming")


async def test_closing_while_resuming(script: ScriptedServer, line: Line) -> None:
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    script.silent.add("connect")
    await script.drop()
    await until(lambda: "connect" in script.methods(), "an attempt")
    await line.signalling.close()
    assert line.told == [LineState.LOST]


async def test_nobody_listens() -> None:
    line = Line(1)
    with pytest.raises(RtcError) as caught:
        await line.signalling.open()
    assert caught.value.code is RtcErrorCode.UNREACHABLE
    await line.signalling.close()


async def test_a_server_that_speaks_no_websocket() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    line = Line(server.sockets[0].getsockname()[1])
    with pytest.raises(RtcError) as caught:
        await line.signalling.open()
    assert caught.value.code is RtcErrorCode.UNREACHABLE
    server.close()
    await server.wait_closed()


async def test_secrets_stay_out_of_the_log(script: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    """At every level, the frames of the WebSocket library included."""
    caplog.set_level(logging.DEBUG)
    script.errors["joinRoom"] = 401
    async with listening(script) as port:
        line = Line(port)
        await line.signalling.open()
        with pytest.raises(RtcError) as caught:
            await line.signalling.request(
                JoinRoom(token="tok_topsecret", session="room", platform="p", metadata="m")
            )
        await line.signalling.close()
    assert caught.value.code is RtcErrorCode.TOKEN_REFUSED
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("desktop")]
    assert not [message for message in ours if "topsecret" in message]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(tz=UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(certificate_file), str(key_file)


async def test_only_trusted_servers_are_joined(script: ScriptedServer, certificate: tuple[str, str]) -> None:
    """A self-signed certificate is refused, unless the context that was passed in trusts it."""
    certificate_file, key_file = certificate
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate_file, key_file)
    trusting = ssl.create_default_context(cafile=certificate_file)
    async with serve(script.handle, "127.0.0.1", 0, ssl=serving) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        token = parse_token(f"wss://127.0.0.1:{port}?sessionId=room&token=tok_1")
        for context in (None, trusting):
            signalling = Signalling(
                token,
                on_notification=lambda _: None,
                on_line=lambda _: None,
                ssl_context=context,
                times=TIMES,
            )
            if context is None:
                with pytest.raises(RtcError) as caught:
                    await signalling.open()
                assert caught.value.code is RtcErrorCode.UNTRUSTED_CERTIFICATE
            else:
                await signalling.open()
                assert await signalling.request(Echo()) == {"value": "echo"}
            await signalling.close()


async def test_a_line_that_is_cut_is_resumed(script: ScriptedServer, line: Line) -> None:
    """Cut by us, because it is known to be dead; what was missed is little."""
    await line.signalling.request(Echo())
    line.signalling.keep("rpc-1")
    assert line.signalling.local_address is not None
    line.signalling.cut()
    await until(lambda: line.told == [LineState.LOST, LineState.RESUMED], "the resuming")
    assert line.signalling.stands


async def test_a_line_that_was_silent_for_long_says_so(script: ScriptedServer) -> None:
    """The server may have spoken to a dead socket meanwhile; a loss it saw itself is not meant."""
    async with listening(script) as port:
        line = Line(port)
        line.signalling._times = replace(TIMES, unheard_limit_s=0.0)
        await line.signalling.open()
        await line.signalling.request(Echo())
        line.signalling.keep("rpc-1")
        await script.drop()
        await until(lambda: line.told == [LineState.LOST, LineState.RESUMED], "the resuming")
        script.silent.add("ping")
        # Resumed at once, and lost again as long as pings are not answered.
        late = [LineState.LOST, LineState.RESUMED_LATE]
        await until(lambda: line.told[2:4] == late, "the loss and the late resuming")
        script.silent.clear()
        await line.signalling.close()
    assert line.signalling.ended
