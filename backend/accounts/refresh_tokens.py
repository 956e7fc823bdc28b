"""Refresh tokens: session id, counter and an HMAC over both, 72 characters.

A token is computed, not stored: giving the current one again after a lost answer needs no memory,
and the database keeps only a counter. It fits every system's secret store.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

_COUNTER_BYTES = 6
_MAC_BYTES = 32
_LENGTH = 16 + _COUNTER_BYTES + _MAC_BYTES


class RefreshTokens:
    """Makes and reads refresh tokens under one server key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def encode(self, session_id: UUID, counter: int) -> str:
        """The token for this turn of the session."""
        body = session_id.bytes + counter.to_bytes(_COUNTER_BYTES, "big")
        return base64.urlsafe_b64encode(body + self._mac(body)).decode()

    def decode(self, token: str) -> tuple[UUID, int] | None:
        """Session and counter, or None for anything this server did not make."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(raw) != _LENGTH or not hmac.compare_digest(mac, self._mac(body)):
            return None
        return UUID(bytes=body[:16]), int.from_bytes(body[16:], "big")

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()
