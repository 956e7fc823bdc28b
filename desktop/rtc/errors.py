"""Everything that can go wrong in a room, as one code list and one exception.

    RtcError            joining, publishing, subscribing or a device failed; `code` says why
    └── .code           RtcErrorCode

Codes are the contract; sentences live in `desktop/view_models/error_texts.py`.
"""

from __future__ import annotations

from enum import StrEnum


class RtcErrorCode(StrEnum):
    """Machine-readable reason."""

    BAD_TOKEN = "bad-token"  # noqa: S105  (a code, not a secret)
    """The token URL cannot be read."""
    TOKEN_REFUSED = "token-refused"  # noqa: S105
    """The server does not know the token, or it was used already (wire code 401)."""
    ROOM_GONE = "room-gone"
    """The session does not exist or is closing (wire codes 202, 203)."""
    NOT_ALLOWED = "not-allowed"
    """The role does not permit this (wire code 401 after joining)."""
    UNREACHABLE = "unreachable"
    """The media server's socket cannot be opened."""
    UNTRUSTED_CERTIFICATE = "untrusted-certificate"
    """The media server's certificate, or the proxy's, is not one that we were told to trust."""
    NO_REPLY = "no-reply"
    """A request got no reply in time."""
    PROTOCOL = "protocol"
    """The server sent something that cannot be understood."""
    MEDIA_FAILED = "media-failed"
    """Offer, answer or transport failed: no media flows."""
    CLOSED = "closed"
    """The room was left meanwhile."""
    TOO_LONG = "too-long"
    """A signal is larger than the server takes."""
    PARTICIPANT_GONE = "participant-gone"
    """Whoever it is about is not in the room, or not any more (wire codes 102, 601)."""
    CAMERA_BUSY = "camera-busy"
    """Another application uses the camera."""
    CAMERA_MISSING = "camera-missing"
    """The chosen camera is not there."""
    CAMERA_DENIED = "camera-denied"
    """The operating system refuses the camera."""
    MICROPHONE_MISSING = "microphone-missing"
    MICROPHONE_DENIED = "microphone-denied"
    MICROPHONE_BUSY = "microphone-busy"
    SCREEN_GONE = "screen-gone"
    """The screen or window that was to be shared is not there any more."""
    SCREEN_UNAVAILABLE = "screen-unavailable"
    """The operating system gives no picture of it: refused, hidden, or nothing that can capture."""


class RtcError(Exception):
    """Something in the room failed.

    Attributes:
        code: the reason.
        wire_code: OpenVidu's own error number, where there was one.
    """

    def __init__(self, code: RtcErrorCode, detail: str = "", *, wire_code: int | None = None) -> None:
        super().__init__(f"{code.value}{': ' + detail if detail else ''}")
        self.code = code
        self.wire_code = wire_code
