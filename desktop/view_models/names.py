"""Puts a person's name into a sentence the way it is said.

French drops the vowel of "de" and "que" before another: "l’écran d’Alice", "en tant qu’Yves". A
translation cannot know who will stand in it.
"""

from __future__ import annotations

import re
import unicodedata

_ELIDED = re.compile(r"\b([Dd]|[Qq]u)e (?=\{name\})")
_VOWELS = "aeiouœæ"


def with_name(sentence: str, name: str) -> str:
    """`sentence` with `name` for its `{name}`, elided where French elides."""
    if _sounds_open(name):
        sentence = _ELIDED.sub(r"\1’", sentence)
    return sentence.format(name=name)


def _sounds_open(name: str) -> bool:
    """Whether a name begins with a vowel to the ear: "Éva", "Hélène" and "Yves", not "Yann"."""
    letters = unicodedata.normalize("NFD", name.strip().lower()).encode("ascii", "ignore").decode()
    if letters.startswith("y"):
        return letters[1:2] not in {"", *_VOWELS}
    return name.strip().lower().startswith(("œ", "æ")) or letters.startswith((*_VOWELS, "h"))
