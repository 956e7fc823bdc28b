"""The error codes of OpenVidu's RPC and the exception that carries one to the caller.

RpcError
├── MalformedRequestError  code -1: a parameter is missing or has the wrong type
└── UnansweredError        OpenVidu stays silent here; the client has to time out
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """The codes this server raises, with the names of OpenViduException without `_ERROR_CODE`."""

    UNEXPECTED = -1
    USER_NOT_FOUND = 102
    USER_NOT_STREAMING = 105
    USER_ALREADY_STREAMING = 106
    ROOM_NOT_FOUND = 202
    MEDIA_SDP = 302
    MEDIA_ENDPOINT = 303
    USER_UNAUTHORIZED = 401
    TOKEN_CANNOT_BE_CREATED = 404
    EXISTING_FILTER_ALREADY_APPLIED = 405
    FILTER_NOT_APPLIED = 406
    FILTER_EVENT_LISTENER_NOT_FOUND = 407
    SIGNAL_FORMAT_INVALID = 600
    SIGNAL_TO_INVALID = 601
    FORCED_CODEC_NOT_FOUND_IN_SDPOFFER = 800
    TRANSPORT = 803
    WRONG_OPENVIDU_EDITION = 997
    GENERIC = 999
    RECONNECTION = 40007


HANDLER_CODES = frozenset(
    {Code.UNEXPECTED, Code.USER_UNAUTHORIZED, Code.TRANSPORT, Code.WRONG_OPENVIDU_EDITION, Code.RECONNECTION}
)
"""Codes thrown by OpenVidu's RPC handler itself; the others are sent by a session manager."""


class RpcError(Exception):
    """One call failed; the caller gets `code` and `message`.

    Attributes:
        code: one of `Code`, or any number a fault switch asks for.
        message: the sentence, ending in ` Code: N` as OpenVidu writes it (except for -1 and 40007).
    """

    def __init__(self, code: int, message: str) -> None:
        self.code = int(code)
        bare = self.code in (Code.UNEXPECTED, Code.RECONNECTION)
        self.message = message if bare else f"{message} Code: {self.code}"
        super().__init__(self.message)


class MalformedRequestError(RpcError):
    """A parameter is missing or has the wrong type: code -1, as from any unexpected exception."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.UNEXPECTED, f"java.lang.RuntimeException: {message}")


class UnansweredError(RpcError):
    """The call ends without any reply, as OpenVidu does in a few places."""

    def __init__(self, reason: str) -> None:
        super().__init__(Code.UNEXPECTED, reason)
