"""OpenVidu 2.x's REST API, as much of it as the service uses.

The secret stays in here: nobody else sees the client or its headers. Wire facts are those of
OpenVidu 2.32 (`SessionRestController`, `JC/ConnectionProperties`): Basic auth with the fixed user
`OPENVIDUAPP`, most error answers without a body.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

import httpx
import structlog

log = structlog.stdlib.get_logger(__name__)

RoomRole = Literal["MODERATOR", "PUBLISHER", "SUBSCRIBER"]

_CONNECT_TIMEOUT_S = 1.0
_TOTAL_TIMEOUT_S = 3.0
_USER = "OPENVIDUAPP"


class MediaUnavailable(Exception):  # noqa: N818 - reads as the state it is
    """OpenVidu did not do what was asked: away, too slow, or answering nonsense."""


class RoomMissing(Exception):  # noqa: N818 - reads as the state it is
    """OpenVidu has no session of that name (it destroys one when the last person leaves)."""


@dataclass(frozen=True, slots=True)
class RoomConnection:
    """A connection made for one person who has not joined yet.

    Attributes:
        connection_id: OpenVidu's id of it, valid before and after the join.
        token: the `wss://…` address to join with, once.
        created_ms: when it was made, on OpenVidu's clock, milliseconds since 1970; None if not told.
    """

    connection_id: str
    token: str
    created_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Occupant:
    """A connection with somebody on it.

    Attributes:
        active_ms: since when, on OpenVidu's clock, milliseconds since 1970.
        account_id: whose it is, as `connect` wrote it; None when somebody else made it.
        screen: it carries a shared screen.
    """

    active_ms: int
    account_id: UUID | None
    screen: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A session as OpenVidu shows it.

    Attributes:
        session_id: its name.
        occupants: by connection id.
    """

    session_id: str
    occupants: Mapping[str, Occupant]


class OpenVidu:
    """Client for one OpenVidu server. Retries nothing: callers decide, jobs repeat."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        ca_file: Path | None = None,
        on_failure: Callable[[str, str], None] = lambda _method, _reason: None,
    ) -> None:
        """Prepare the client.

        Args:
            url: base address, with or without a trailing slash.
            secret: OPENVIDU_SECRET.
            ca_file: PEM of a private certificate authority; certificates are always verified.
            on_failure: called for each call that fails, with its method and `timeout`, `connection`
                or the status that was answered.
        """
        self._on_failure = on_failure
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/openvidu/api/",
            auth=(_USER, secret),
            timeout=httpx.Timeout(_TOTAL_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
            verify=_authorities(url, ca_file),
            # A proxy named for the way out must not catch calls to a server of our own.
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections kept open."""
        await self._http.aclose()

    async def ensure_session(self, session_id: str) -> None:
        """Make the session, or find it made: OpenVidu answers 409 when it exists, which is as good.

        Raises:
            MediaUnavailable: OpenVidu did neither.
        """
        await self._call("POST", "sessions", {"customSessionId": session_id}, good={200, 409})

    async def connect(
        self, session_id: str, *, role: RoomRole, account_id: str, name: str, screen: bool = False
    ) -> RoomConnection:
        """Make a connection, whose token lets one person in once.

        Args:
            session_id: the room.
            role: what the person may do there.
            account_id: put into the server data, by which apps know whose stream is whose.
            name: shown under the picture.
            screen: the connection carries a shared screen instead of a person.

        Raises:
            RoomMissing: there is no such session.
            MediaUnavailable: anything else went wrong.
        """
        data = {"account": account_id, "name": name} | ({"purpose": "screen"} if screen else {})
        if role == "MODERATOR":
            data["role"] = role  # the others' apps obey what a moderator asks; OpenVidu tells them no roles
        answer = await self._call(
            "POST",
            f"sessions/{quote(session_id, safe='')}/connection",
            {"type": "WEBRTC", "role": role, "record": False, "data": json.dumps(data, ensure_ascii=False)},
            good={200, 404},
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise RoomMissing(session_id)
        try:
            body: dict[str, Any] = answer.json()
            created_ms = body.get("createdAt")
            return RoomConnection(
                str(body["connectionId"]),
                str(body["token"]),
                created_ms if isinstance(created_ms, int) else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MediaUnavailable("OpenVidu answered a connection without id or token") from error

    async def rooms(self) -> dict[str, Room]:
        """Every session there is, by id.

        Raises:
            MediaUnavailable: OpenVidu did not answer, or nonsense.
        """
        answer = await self._call("GET", "sessions", good={200})
        try:
            body = answer.json()
            found = [_room(item) for item in body["content"]]
            if body["numberOfElements"] != len(found):
                raise ValueError("the list is not as long as it says")
        except (ValueError, KeyError, TypeError) as error:
            raise MediaUnavailable("OpenVidu answered a list of sessions that is none") from error
        return {room.session_id: room for room in found}

    async def room(self, session_id: str) -> Room | None:
        """One session; None when there is none of that name.

        Raises:
            MediaUnavailable: OpenVidu did not answer, or nonsense.
        """
        answer = await self._call("GET", f"sessions/{quote(session_id, safe='')}", good={200, 404})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        try:
            room = _room(answer.json())
            if room.session_id != session_id:
                raise ValueError("another session than the one asked for")
        except (ValueError, KeyError, TypeError) as error:
            raise MediaUnavailable("OpenVidu answered a session that is none") from error
        return room

    async def is_unused(self, session_id: str, connection_id: str) -> bool:
        """Whether a connection exists that nobody has joined with yet.

        Raises:
            MediaUnavailable: OpenVidu did not answer, or nonsense.
        """
        # 400 is OpenVidu's way to say that the session itself is gone.
        path = f"sessions/{quote(session_id, safe='')}/connection/{quote(connection_id, safe='')}"
        answer = await self._call("GET", path, good={200, 400, 404})
        if answer.status_code != httpx.codes.OK:
            return False
        try:
            return bool(answer.json()["status"] == "pending")
        except (ValueError, KeyError, TypeError) as error:
            raise MediaUnavailable("OpenVidu answered a connection that is none") from error

    async def disconnect(self, session_id: str, connection_id: str) -> None:
        """Delete a connection: its token dies, whoever used it is sent away. Gone already is fine.

        Raises:
            MediaUnavailable: OpenVidu did not answer as it should.
        """
        # 400 is OpenVidu's way to say that the session itself is gone.
        path = f"sessions/{quote(session_id, safe='')}/connection/{quote(connection_id, safe='')}"
        await self._call("DELETE", path, good={204, 400, 404})

    async def close_session(self, session_id: str) -> None:
        """Delete the session and send everybody away. Gone already is fine.

        Raises:
            MediaUnavailable: OpenVidu did not answer as it should.
        """
        await self._call("DELETE", f"sessions/{quote(session_id, safe='')}", good={204, 404})

    async def answers(self) -> bool:
        """Whether the server is there and accepts the secret."""
        try:
            async with asyncio.timeout(_TOTAL_TIMEOUT_S), self._http.stream("GET", "sessions") as answer:
                return answer.status_code == httpx.codes.OK
        except (httpx.HTTPError, TimeoutError):
            return False

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, good: set[int]
    ) -> httpx.Response:
        try:
            async with asyncio.timeout(_TOTAL_TIMEOUT_S):
                answer = await self._http.request(method, path, json=body)
        except (httpx.HTTPError, TimeoutError) as error:
            is_late = isinstance(error, (TimeoutError, httpx.TimeoutException))
            self._on_failure(method, "timeout" if is_late else "connection")
            log.warning("openvidu does not answer", method=method, error=type(error).__name__)
            raise MediaUnavailable(type(error).__name__) from error
        if answer.status_code not in good:
            self._on_failure(method, str(answer.status_code))
            log.warning("openvidu refused", method=method, status=answer.status_code)
            raise MediaUnavailable(f"OpenVidu answered {answer.status_code}")
        return answer


def _room(body: Any) -> Room:
    """A session of OpenVidu's answers.

    Raises:
        ValueError: it is none; KeyError and TypeError likewise.
    """
    listed = body["connections"]["content"]
    if body["connections"]["numberOfElements"] != len(listed):
        raise ValueError("the connections are not as many as it says")
    occupants = {}
    for item in listed:
        if item["status"] != "active":
            continue
        at_ms = item["activeAt"]
        if not isinstance(at_ms, int):
            raise TypeError("an active connection without its time")
        account_id, screen = _read_server_data(item.get("serverData"))
        occupants[str(item["connectionId"])] = Occupant(at_ms, account_id, screen)
    return Room(str(body["sessionId"]), occupants)


def _read_server_data(text: object) -> tuple[UUID | None, bool]:
    """Account and purpose as `connect` wrote them; none where the data are not ours."""
    try:
        data = json.loads(str(text))
        return UUID(data["account"]), data.get("purpose") == "screen"
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, False


def _authorities(url: str, ca_file: Path | None) -> ssl.SSLContext:
    """What certificates are verified with; an address without TLS needs none, and reading takes 75 ms."""
    if url.startswith("http://"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies too, and trusts nobody
    return ssl.create_default_context(cafile=ca_file)
