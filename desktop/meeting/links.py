"""Finds the addresses in what people write, so that they can be clicked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"«»“”]+", re.IGNORECASE)
_AFTER_A_WORD = re.compile(r"\w$")
_TRAILING = ".,;:!?…'’\"*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Piece(NamedTuple):
    """A part of a text; `url` is "" for one that leads nowhere."""

    text: str
    url: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text into addresses and what lies between; put together they are the text again.

    Only `http`, `https` and `www.` count: nothing that a program of this computer would be started for.

    >>> [piece.text for piece in pieces("see https://a.example/x.")]
    ['see ', 'https://a.example/x', '.']
    """
    done = 0
    for found in _ADDRESS.finditer(text):
        address = _without_punctuation(found.group())
        if _AFTER_A_WORD.search(text[: found.start()][-1:]) or not _has_host(address):
            continue
        if found.start() > done:
            yield Piece(text[done : found.start()])
        yield Piece(address, address if "://" in address else f"https://{address}")
        done = found.start() + len(address)
    if done < len(text):
        yield Piece(text[done:])


def _without_punctuation(address: str) -> str:
    """The sentence's own signs at the end are not the address's; brackets are when both are in it."""
    while address:
        last = address[-1]
        opened = _PAIRS.get(last)
        if last in _TRAILING or (opened and address.count(opened) < address.count(last)):
            address = address[:-1]
        else:
            break
    return address


def _has_host(address: str) -> bool:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE)
    return bool(host) and (host[0].isalnum() or host[0] == "[")
