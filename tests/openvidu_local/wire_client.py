"""A client of OpenVidu's signalling written from the protocol alone, for the server's tests.

It keeps every frame in the order of arrival, so that tests can look at the order of replies and
notifications. It shares nothing with the product's client.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any, cast

import aiohttp

from tests.support import waiting

Frame = dict[str, Any]
LIMIT_S = 40.0
"""How long a test waits for something that must happen."""


OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=sendonly",
        "a=mid:0",
        "a=rtcp-mux",
        "a=rtpmap:96 opus/48000/2",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
        "a=setup:actpass",
        "",
    ]
)
"""An offer that can be answered, of a client that never connects."""


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a state that must come.

    Raises:
        AssertionError: it did not within `LIMIT_S`.
    """
    await waiting.until(condition, what, timeout_s=LIMIT_S)


class WireError(Exception):
    """The server answered with an error; `frame` is the whole message."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(str(frame["error"]))
        self.frame = frame
        self.code: int = frame["error"]["code"]


class WireClient:
    """One WebSocket and everything that came over it.

    Attributes:
        frames: every message, oldest first.
        connection_id: set by `join`.
        rpc_id: RPC session id of the join result.
        close_code: of the close frame or 1006, None while open.
        close_reason: its text.
    """

    def __init__(
        self, url: str, http: aiohttp.ClientSession, websocket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.url = url
        self.frames: list[Frame] = []
        self.connection_id = ""
        self.rpc_id = ""
        self.close_code: int | None = None
        self.close_reason = ""
        self._http = http
        self._socket = websocket
        self._next_id = 0
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str) -> WireClient:
        """Open the WebSocket of the server at `url` (its REST base address)."""
        http = aiohttp.ClientSession()
        try:
            websocket = await http.ws_connect(f"{url.replace('http', 'ws', 1)}/openvidu", max_msg_size=0)
        except BaseException:
            await http.close()
            raise
        return cls(url, http, websocket)

    async def __aenter__(self) -> WireClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame."""
        await self._socket.close(code=code, message=reason.encode())
        await self._reader
        await self._http.close()

    async def cut(self) -> None:
        """Drop the TCP connection without a close frame."""
        connection = cast("socket.socket", self._socket.get_extra_info("socket"))
        connection.shutdown(socket.SHUT_RDWR)
        await self._reader
        await self._http.close()

    async def send_text(self, text: str) -> None:
        """Send any text frame."""
        await self._socket.send_str(text)

    async def send(self, method: str, params: Frame | None = None, **members: Any) -> int:
        """Send a request without waiting; returns its id."""
        request_id = self._next_id
        self._next_id += 1
        message: Frame = {"jsonrpc": "2.0", "id": request_id, "method": method, **members}
        if params is not None:
            message["params"] = params
        await self._socket.send_str(json.dumps(message))
        return request_id

    async def reply(self, request_id: int) -> Frame:
        """The result of a request.

        Raises:
            WireError: the server answered with an error.
        """
        frame = await self.wait(lambda frame: frame.get("id") == request_id, f"reply to {request_id}")
        if "error" in frame:
            raise WireError(frame)
        return cast("Frame", frame["result"])

    async def call(self, method: str, params: Frame | None = None) -> Frame:
        """Send a request and wait for its result.

        Raises:
            WireError: the server answered with an error.
        """
        return await self.reply(await self.send(method, params))

    async def fails(self, method: str, params: Frame | None = None) -> WireError:
        """The error that a request is answered with."""
        try:
            result = await self.call(method, params)
        except WireError as error:
            return error
        raise AssertionError(f"{method} succeeded: {result}")

    async def stays_silent(self, method: str, params: Frame | None = None) -> bool:
        """Whether a request gets no reply: the server is sequential, so a later ping would overtake it."""
        request_id = await self.send(method, params)
        await self.call("ping")
        return all(frame.get("id") != request_id for frame in self.frames)

    async def notification(self, method: str, *, number: int = 1) -> Frame:
        """Parameters of the `number`-th notification of that name."""

        def there() -> list[Frame]:
            return [frame for frame in self.frames if frame.get("method") == method]

        await self._until(lambda: len(there()) >= number, f"notification {method} number {number}")
        return cast("Frame", there()[number - 1]["params"])

    def notifications(self, *, but: tuple[str, ...] = ("iceCandidate",)) -> list[str]:
        """Names of the notifications that came, in order."""
        return [frame["method"] for frame in self.frames if "method" in frame and frame["method"] not in but]

    def order(self, *, but: tuple[str, ...] = ("iceCandidate",)) -> list[str]:
        """Everything that came: names of notifications, and `reply`."""
        return [frame.get("method", "reply") for frame in self.frames if frame.get("method") not in but]

    async def wait(self, matches: Callable[[Frame], bool], what: str) -> Frame:
        """The first frame that matches."""

        def found() -> Frame | None:
            return next((frame for frame in self.frames if matches(frame)), None)

        await self._until(lambda: found() is not None, what)
        frame = found()
        assert frame is not None
        return frame

    async def closed(self) -> int | None:
        """Wait for the server to end the socket; returns the close code."""
        await self._until(lambda: self.close_code is not None, "the socket is closed")
        return self.close_code

    async def join(self, token: str, /, *, metadata: str | None = "", **changed: Any) -> Frame:
        """`joinRoom` with a token; keeps the ids of the result."""
        session = token.split("sessionId=")[1].split("&", maxsplit=1)[0]
        params: Frame = {
            "token": token,
            "session": session,
            "platform": "tests",
            "sdkVersion": "2.32.2",
            "metadata": metadata,
            "secret": "",
            **changed,
        }
        result = await self.call("joinRoom", {k: v for k, v in params.items() if v is not None})
        self.connection_id, self.rpc_id = result["id"], result["sessionId"]
        return result

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                while not condition():
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"did not happen: {what}; got {self.order()}") from None

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                self.frames.append(json.loads(message.data))
                self._arrived.set()
                continue
            if message.type is aiohttp.WSMsgType.CLOSE:
                self.close_code, self.close_reason = message.data, message.extra or ""
            else:
                self.close_code = self._socket.close_code or 1006
            self._arrived.set()
            return
