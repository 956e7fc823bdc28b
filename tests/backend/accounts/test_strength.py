"""Which passwords are too easy to guess."""

from __future__ import annotations

import time

import pytest

from backend.accounts.strength import demand_strong, is_weak
from backend.errors import ServiceError
from tests.backend.accounts.newcomers import GOOD_PASSWORD, OTHER_GOOD_PASSWORD

WORDS = ("claire@example.org", "Claire Petit-Jean")


@pytest.mark.parametrize(
    "password", ["motdepasse1", "azertyuiop12", "Claire.Petit-Jean", "a" * 128, "Example2024"]
)
def test_weak(password: str) -> None:
    """Common, of one row of keys, repeated, or made of what everybody knows about the person."""
    assert is_weak(password, WORDS)


@pytest.mark.parametrize("password", [GOOD_PASSWORD, OTHER_GOOD_PASSWORD, "correct horse battery"])
def test_strong(password: str) -> None:
    """Four words are enough: no rule asks for digits or signs."""
    assert not is_weak(password, WORDS)


def test_a_long_one_is_judged_as_quickly() -> None:
    """Nobody keeps the service busy with a long password."""
    began = time.process_time()
    is_weak("aB1é" * 32, WORDS)
    assert time.process_time() - began < 1


async def test_a_weak_one_is_refused_by_name() -> None:
    """The member it came in is named."""
    with pytest.raises(ServiceError) as caught:
        await demand_strong("motdepasse1", WORDS, pointer="/password")
    assert {pointer: code.value for pointer, code in caught.value.fields.items()} == {"/password": "too-weak"}
