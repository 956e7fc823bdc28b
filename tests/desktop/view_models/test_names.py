"""A person's name in a sentence."""

from __future__ import annotations

import pytest

from desktop.view_models.names import with_name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Alice Laurent", "l’écran d’Alice Laurent"),
        ("Éva", "l’écran d’Éva"),
        ("Hélène", "l’écran d’Hélène"),
        ("Œdipe", "l’écran d’Œdipe"),
        ("Yves", "l’écran d’Yves"),
        ("Yann", "l’écran de Yann"),
        ("Bob", "l’écran de Bob"),
        ("Ömer", "l’écran d’Ömer"),
        ("李", "l’écran de 李"),
        ("", "l’écran de "),
        ("{0}", "l’écran de {0}"),
    ],
)
def test_french_elides_before_a_vowel(name: str, said: str) -> None:
    assert with_name("l’écran de {name}", name) == said


def test_also_behind_que() -> None:
    assert with_name("connecté en tant que {name}.", "Alice") == "connecté en tant qu’Alice."


def test_nothing_else_is_touched() -> None:
    assert with_name("the screen of {name}", "Alice") == "the screen of Alice"
    assert with_name("Le code de {name} et de Paris", "Anne") == "Le code d’Anne et de Paris"
