"""Addresses in what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.meeting.links import pieces


def urls(text: str) -> list[str]:
    return [piece.url for piece in pieces(text) if piece.url]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://example.org/a?b=c#d", ["https://example.org/a?b=c#d"]),
        ("(voir https://example.org/a).", ["https://example.org/a"]),
        ("https://fr.wikipedia.org/wiki/Loup_(animal)", ["https://fr.wikipedia.org/wiki/Loup_(animal)"]),
        ("« https://example.org/é »", ["https://example.org/é"]),
        ("www.example.org, http://b.example!", ["https://www.example.org", "http://b.example"]),
        ("HTTPS://Example.ORG", ["HTTPS://Example.ORG"]),
        ("http://[::1]:8080/x", ["http://[::1]:8080/x"]),
    ],
)
def test_addresses_are_found_without_the_sentences_signs(text: str, found: list[str]) -> None:
    assert urls(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mikl://x",
        "https://",
        "awww.example.org",
        "http://.",
        "a@b.c",
    ],
)
def test_nothing_else_is_a_link(text: str) -> None:
    assert urls(text) == []


@given(st.text())
def test_put_together_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text
