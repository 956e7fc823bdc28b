"""Password hashes."""

from __future__ import annotations

import statistics
import time

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


async def test_no_account_is_as_much_work_as_a_wrong_password(passwords_hash: str) -> None:
    """Within a tenth, by the CPU's time, which other work on the machine does not change much."""
    passwords = Passwords()
    work_s: dict[str | None, list[float]] = {passwords_hash: [], None: []}
    for _ in range(11):
        for stored, spent in work_s.items():
            began = time.process_time()
            assert not await passwords.matches(stored, "wrong")
            spent.append(time.process_time() - began)
    known, unknown = (statistics.median(spent) for spent in work_s.values())
    assert known == pytest.approx(unknown, rel=0.1)
