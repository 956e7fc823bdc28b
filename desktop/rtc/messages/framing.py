"""The frames around the messages: JSON-RPC 2.0 as Kurento's server speaks it, and its errors.

Sources: Kurento 7.3 `JsonUtils` and `ProtocolManager`, OpenVidu 2.32 `OpenViduException`.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages.bodies import Incoming, read
from desktop.rtc.messages.notifications import NOTIFICATIONS, Notification
from desktop.rtc.messages.requests import JoinRoom, Request

MAX_REQUEST_BYTES = 50 * 1024
"""The server closes a socket (1009) that sends more in one message (`InfoSocketConfig`)."""

RESUME_REFUSED = 40007
"""Error of `connect`: the server has forgotten us (Kurento's `ProtocolManager`)."""

NOT_THERE = frozenset({102, 105})
"""Wire codes of a subscription whose owner has left or does not publish (`OpenViduException`)."""

_WIRE_ERRORS = {
    202: RtcErrorCode.ROOM_GONE,
    203: RtcErrorCode.ROOM_GONE,
    204: RtcErrorCode.MEDIA_FAILED,
    302: RtcErrorCode.MEDIA_FAILED,
    303: RtcErrorCode.MEDIA_FAILED,
    304: RtcErrorCode.MEDIA_FAILED,
    401: RtcErrorCode.NOT_ALLOWED,
    800: RtcErrorCode.MEDIA_FAILED,
}


def encode_request(request: Request, request_id: int) -> str:
    """One request as a text frame.

    Raises:
        RtcError: `protocol` when it is larger than the server takes.
    """
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": request_id, "method": request.method}
    if params := request.params():
        message["params"] = params
    text = json.dumps(message, separators=(",", ":"))
    if len(text.encode()) > MAX_REQUEST_BYTES:
        raise RtcError(RtcErrorCode.PROTOCOL, f"{request.method} is larger than the server accepts")
    return text


class Failure(Incoming):
    """The `error` member of a reply, in either of the server's two shapes."""

    code: int = -1
    message: str = ""


class Reply(Incoming):
    """Answer to the request with the same `id`: a result or an error."""

    id: int
    result: dict[str, Any] = Field(default_factory=dict, repr=False)
    error: Failure | None = None


class Announcement(Incoming):
    """A message with a method and without an id, not yet interpreted."""

    name: str = Field(alias="method")
    params: dict[str, Any] = Field(default_factory=dict, repr=False)


def decode_message(text: str) -> Reply | Announcement:
    """Read one text frame.

    Raises:
        RtcError: `protocol` when it is no JSON-RPC message.
    """
    try:
        message = json.loads(text)
        if isinstance(message, dict) and "method" in message:
            return Announcement.model_validate(message)
        return Reply.model_validate(message)
    except (ValueError, RecursionError):
        # Without `from`: pydantic and json quote the text, which may hold credentials.
        raise RtcError(RtcErrorCode.PROTOCOL, "not a JSON-RPC message") from None


def decode_notification(announcement: Announcement) -> Notification | None:
    """The typed notification; None for one that this version of the protocol does not have.

    Raises:
        RtcError: `protocol` when a known notification lacks what it must have.
    """
    model = NOTIFICATIONS.get(announcement.name)
    if model is None:
        return None
    return read(model, announcement.params, what=announcement.name)


def error_for(failure: Failure, request: Request) -> RtcError:
    """Our error for a failed call. The server's message stays out: it may quote the token."""
    code = _WIRE_ERRORS.get(failure.code, RtcErrorCode.PROTOCOL)
    if failure.code == 401 and isinstance(request, JoinRoom):
        code = RtcErrorCode.TOKEN_REFUSED
    return RtcError(code, f"{request.method} failed with {failure.code}", wire_code=failure.code)
