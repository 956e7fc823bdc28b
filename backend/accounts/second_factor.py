"""The second factor: time-based codes (RFC 6238), recovery codes, and the secret's encryption.

Six digits, 30 s, SHA-1: what every authenticator app understands. One step either side is accepted;
the database lets each step pass once.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from resources.brand import ORGANISATION

RECOVERY_CODES = 10
STEP_S = 30
_RECOVERY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECOVERY_LENGTH = 16
"""80 bits: such a code may be stored as a plain digest."""
_NONCE_BYTES = 12


class SecondFactor:
    """Encrypts secrets under a key of the service's settings, which the database never sees."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"totp-secret:" + key.encode()).digest())

    def seal(self, account_id: UUID, secret: str) -> bytes:
        """The secret as it is stored: bound to its account, so that rows cannot be swapped."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), account_id.bytes)

    def unseal(self, account_id: UUID, sealed: bytes) -> str:
        """The secret.

        Raises:
            ServiceError: `INTERNAL`: sealed under another key or for another account.
        """
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, account_id.bytes).decode()
        except InvalidTag as error:
            raise ServiceError(
                ApiErrorCode.INTERNAL, detail="a second factor was sealed with another VISIO_TOTP_KEY"
            ) from error


def new_secret() -> str:
    """160 random bits, base32."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, email: str) -> str:
    """What the QR code for an authenticator app holds (Key Uri Format)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ORGANISATION)


def matching_step(secret: str, code: str, now_s: float | None = None) -> int | None:
    """The step (30 s since the epoch) whose code this is: the current one or its neighbours."""
    given = "".join(code.split()).encode()
    current = int((time.time() if now_s is None else now_s) // STEP_S)
    one_time = pyotp.HOTP(secret)
    found = None
    for step in (current - 1, current, current + 1):
        # All three are compared, so that time tells nothing.
        if hmac.compare_digest(one_time.at(step).encode(), given):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes for the day the phone is gone, in groups of four letters."""
    codes = []
    for _ in range(RECOVERY_CODES):
        letters = "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH))
        codes.append("-".join(letters[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4)))
    return codes


def recovery_hash(code: str) -> str:
    """How a recovery code is stored; spaces, dashes and case do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
