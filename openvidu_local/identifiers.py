"""Identifiers, TURN credentials and clock readings in OpenVidu's formats.

The formats are those of OpenVidu 2.32's IdentifierPrefixes and RandomIdGenerator: one upper-case
letter, then letters and digits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
import time

_UPPER = string.ascii_uppercase
_ALPHANUMERIC = string.ascii_letters + string.digits
_BASE32 = string.digits + string.ascii_lowercase[:22]
_OWNER_MARK = "con_"
_TURN_LIFETIME_S = 24 * 60 * 60


def _random(length: int) -> str:
    return secrets.choice(_UPPER) + "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length - 1))


def now_ms() -> int:
    """Milliseconds since 1970, as every time on OpenVidu's wire."""
    return time.time_ns() // 1_000_000


def session_id() -> str:
    """A random id for a session that was created without one."""
    return "ses_" + _random(10)


def connection_id() -> str:
    """A random connection id."""
    return _OWNER_MARK + _random(10)


def token_id() -> str:
    """The secret part of a token."""
    return "tok_" + _random(16)


def rpc_session_id() -> str:
    """An id for one JSON-RPC session: 26 characters of base 32."""
    return "".join(secrets.choice(_BASE32) for _ in range(26))


def stream_id(owner: str, *, has_video: bool, type_of_video: str | None) -> str:
    """A stream id that ends with its owner's connection id.

    Args:
        owner: connection id of the publisher.
        has_video: False makes the kind `MIC`.
        type_of_video: `CAMERA`, `SCREEN`, …; its first three letters become the kind.
    """
    kind = (type_of_video or "CAMERA")[:3].upper() if has_video else "MIC"
    return f"str_{kind}_{_random(4)}_{owner}"


def stream_owner(stream: str) -> str:
    """The connection id at the end of a stream id, cut as the server does: at the last `con_`."""
    return stream[stream.rfind(_OWNER_MARK) :] if _OWNER_MARK in stream else stream


def turn_credentials(shared_secret: str, *, username: str | None = None) -> tuple[str, str]:
    """Ephemeral TURN credentials, as coturn's `use-auth-secret` checks them.

    Args:
        shared_secret: known to server and coturn.
        username: `<expiry in unix seconds>:<random>`; made when None, valid for 24 hours.

    Returns:
        Username and credential.
    """
    if username is None:
        suffix = "".join(secrets.choice(_ALPHANUMERIC) for _ in range(8))
        username = f"{int(time.time()) + _TURN_LIFETIME_S}:{suffix}"
    digest = hmac.new(shared_secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()
