"""Initials and tints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.meeting.people import TINTS, initials_of, tint_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Alice Laurent", "AL"),
        ("MiKL", "M"),
        ("Jean-Pierre de la Tour", "JT"),
        ("élodie", "É"),
        ("", ""),
        ("(invité)", ""),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@given(st.text())
def test_any_name_has_at_most_a_few_letters(name: str) -> None:
    assert len(initials_of(name)) <= 6  # capitals of one letter may be several: ﬃ → FFI


@given(st.text())
def test_tints_are_stable_and_in_range(name: str) -> None:
    assert tint_of(name) == tint_of(f"  {name} ")
    assert 0 <= tint_of(name) < TINTS


@pytest.mark.parametrize("spelling", ["ÉLODIE MARTIN", "Élodie  Martin", "E\u0301lodie Martin"])
def test_spellings_of_one_name_share_a_tint(spelling: str) -> None:
    assert tint_of(spelling) == tint_of("Élodie Martin")
