"""Every error the service can answer with, as one code list and one exception.

    ApiError            the call did not do what it should; `code` says why
    └── .code           ApiErrorCode: the contract with the service and with the words on screen

Codes are the contract; sentences live in `desktop/view_models/error_texts.py`.
"""

from __future__ import annotations

from enum import StrEnum


class ApiErrorCode(StrEnum):
    """Machine-readable reason; the values are those of the service's `problem+json` bodies."""

    MALFORMED = "malformed"
    INVALID_CREDENTIALS = "invalid-credentials"
    TOTP_REQUIRED = "totp-required"
    UNAUTHENTICATED = "unauthenticated"
    SESSION_ENDED = "session-ended"
    NOT_HOST = "not-host"
    FORBIDDEN = "forbidden"
    PASSWORD_REQUIRED = "password-required"  # noqa: S105 - a reason, no password
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    MEETING_NOT_LIVE = "meeting-not-live"
    MEETING_CLOSED = "meeting-closed"
    MEETING_STARTED = "meeting-started"
    DOOR_HELD = "door-held"
    DOOR_REFUSED = "door-refused"
    VERSION_CONFLICT = "version-conflict"
    PRECONDITION_REQUIRED = "precondition-required"
    INVITE_ACCEPTED = "invite-accepted"
    CLIENT_INACTIVE = "client-inactive"
    CODE_EXPIRED = "code-expired"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"
    TOO_LARGE = "too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    CLIENT_TOO_OLD = "client-too-old"
    INVALID = "invalid"
    TOO_MANY = "too-many"
    INTERNAL = "internal"
    DATABASE_UNAVAILABLE = "database-unavailable"
    MEDIA_UNAVAILABLE = "media-unavailable"
    TIMEOUT = "timeout"
    IDENTITY_UNAVAILABLE = "identity-unavailable"
    # Made by the client itself: nothing came back, or nothing that it understands.
    UNREACHABLE = "unreachable"
    UNEXPECTED_ANSWER = "unexpected-answer"


class FieldErrorCode(StrEnum):
    """What is wrong with one member of a request; shown next to its field."""

    REQUIRED = "required"
    TOO_LONG = "too-long"
    TOO_SHORT = "too-short"
    IN_PAST = "in-past"
    OUT_OF_RANGE = "out-of-range"
    UNKNOWN_CLIENT = "unknown-client"
    WRONG_TYPE = "wrong-type"
    NOT_ALLOWED = "not-allowed"
    TOO_WEAK = "too-weak"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a reason, no password
    WRONG_CODE = "wrong-code"
    NOT_AN_ADDRESS = "not-an-address"
    ALREADY_USED = "already-used"


RETRYABLE = frozenset(
    {
        ApiErrorCode.DATABASE_UNAVAILABLE,
        ApiErrorCode.MEDIA_UNAVAILABLE,
        ApiErrorCode.IDENTITY_UNAVAILABLE,
        ApiErrorCode.TIMEOUT,
        ApiErrorCode.UNREACHABLE,
        ApiErrorCode.TOO_MANY,
    }
)


class ApiError(Exception):
    """A call to the service failed.

    Attributes:
        code: the reason, stable over versions.
        status: HTTP status, or None when nothing came back.
        fields: for `INVALID`, JSON pointer of the member (`/title`) → what is wrong with it.
        retry_after_s: seconds to wait before trying again, when the service named them.
        request_id: the service's id of the request, for support.
        detail: English text for logs; never shown.
    """

    def __init__(
        self,
        code: ApiErrorCode,
        *,
        status: int | None = None,
        fields: dict[str, FieldErrorCode] | None = None,
        retry_after_s: float | None = None,
        request_id: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(f"{code.value}{': ' + detail if detail else ''}")
        self.code = code
        self.status = status
        self.fields = fields or {}
        self.retry_after_s = retry_after_s
        self.request_id = request_id
        self.detail = detail

    @property
    def retryable(self) -> bool:
        """True when the same call may succeed later without anybody changing anything."""
        return self.code in RETRYABLE
