"""Password hashes: argon2id, in threads, at most two at once."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice of parameters: about 30 ms, against 190 ms for the library's default.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""What makes and checks hashes, unless whoever puts a service together says otherwise.

Not a setting on purpose: nobody shall weaken passwords by an environment variable.
"""
_AT_ONCE = 2


def hash_password(password: str) -> str:
    """The hash to store. Takes about 30 ms of CPU: not for the event loop."""
    return HASHER.hash(password)


class Passwords:
    """Checks passwords without blocking the loop or letting a flood take all cores.

    Args:
        hasher: makes new hashes; stored ones carry the parameters they were made with.
    """

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._hasher = hasher
        self._decoy = hasher.hash("nobody's password")

    async def matches(self, stored_hash: str | None, password: str) -> bool:
        """Whether the password is the one behind the hash.

        None (no such account) takes as long as a wrong password and is never right.
        """
        async with self._slots:
            right = await asyncio.to_thread(self._verify, stored_hash or self._decoy, password)
        return right and stored_hash is not None

    async def renewed(self, stored_hash: str, password: str) -> str | None:
        """A new hash when the stored one was made with older parameters, else None."""
        if not self._hasher.check_needs_rehash(stored_hash):
            return None
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def hashed(self, password: str) -> str:
        """The hash of a new password."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    def _verify(self, stored_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored_hash, password)
        except (VerificationError, InvalidHashError):
            return False
