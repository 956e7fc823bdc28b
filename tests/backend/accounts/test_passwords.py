"""Password hashes."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from backend.accounts.passwords import Passwords, hash_password


@pytest.fixture(scope="module")
def passwords_hash() -> str:
    """The hash of a password."""
    return hash_password("correct horse")


async def test_right_and_wrong(passwords_hash: str) -> None:
    """Only the password itself matches; nothing matches no account or a broken hash."""
    passwords = Passwords()
    assert await passwords.matches(passwords_hash, "correct horse")
    assert not await passwords.matches(passwords_hash, "correct hors")
    assert not await passwords.matches(None, "nobody's password")
    assert not await passwords.matches("no hash", "correct horse")


async def test_old_parameters_are_renewed(passwords_hash: str) -> None:
    """A hash of today is kept; a weaker one is made anew."""
    passwords = Passwords()
    assert await passwords.renewed(passwords_hash, "correct horse") is None
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash("correct horse")
    renewed = await passwords.renewed(weak, "correct horse")
    assert renewed is not None
    assert await passwords.matches(renewed, "correct horse")
