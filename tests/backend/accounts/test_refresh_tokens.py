"""The form of refresh tokens."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.refresh_tokens import RefreshTokens

TOKENS = RefreshTokens("k" * 32)


@given(st.uuids(), st.integers(0, 2**48 - 1))
def test_what_is_written_is_read(session_id: object, counter: int) -> None:
    """Any session, any counter, always 72 characters."""
    token = TOKENS.encode(session_id, counter)  # type: ignore[arg-type]
    assert len(token) == 72
    assert TOKENS.decode(token) == (session_id, counter)


@given(st.text(max_size=200))
def test_nothing_else_is_read(text: str) -> None:
    """Whatever somebody sends."""
    assert TOKENS.decode(text) is None


def test_another_key_reads_nothing() -> None:
    """A token of another server is worth nothing here."""
    assert RefreshTokens("x" * 32).decode(TOKENS.encode(uuid4(), 1)) is None


def test_no_bit_may_change() -> None:
    """Each single character counts."""
    token = TOKENS.encode(uuid4(), 7)
    for position, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        assert TOKENS.decode(token[:position] + other + token[position + 1 :]) is None
