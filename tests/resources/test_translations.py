"""Nothing that people read is left untranslated, and the check notices when something is."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

import tools.translations as tool
from tools.translations import Catalogue, catalogues, main, problems


@pytest.mark.parametrize("catalogue", catalogues(["views"]), ids=lambda each: f"{each.name}-{each.language}")
def test_the_views_are_translated_and_compiled(catalogue: Catalogue) -> None:
    assert problems(catalogue) == []


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A copy of the French catalogue that a test may spoil."""
    for path in tool.FOLDER.glob("views_fr.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    return Catalogue("views", "fr")


def spoil(catalogue: Catalogue, before: str, after: str) -> None:
    text = catalogue.source.read_text(encoding="utf-8")
    assert before in text
    catalogue.source.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_missing_sentence_is_noticed(copied: Catalogue) -> None:
    spoil(copied, "<source>Sign out</source>", "<source>Log me out</source>")
    found = problems(copied)
    assert any("'Sign out' is missing" in problem for problem in found)
    assert any("'Log me out' is no longer used" in problem for problem in found)


def test_an_unfinished_sentence_is_noticed(copied: Catalogue) -> None:
    spoil(copied, "<translation>Se déconnecter", '<translation type="unfinished">Se déconnecter')
    assert any("'Sign out' is not translated" in problem for problem in problems(copied))


def test_english_left_in_french_is_noticed(copied: Catalogue) -> None:
    spoil(copied, "<translation>Se déconnecter", "<translation>Sign out")
    assert any("is the same in French" in problem for problem in problems(copied))


def test_a_lost_placeholder_is_noticed(copied: Catalogue) -> None:
    spoil(copied, "<translation>Compte de {name}", "<translation>Compte")
    assert any("lost a placeholder" in problem for problem in problems(copied))


def test_a_stale_compiled_file_is_noticed(copied: Catalogue) -> None:
    spoil(copied, "<translation>Se déconnecter", "<translation>Fermer la session")
    assert any("views_fr.qm is not up to date" in problem for problem in problems(copied))


def test_check_fails_on_a_spoiled_catalogue(copied: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "LANGUAGES", ("fr",))
    spoil(copied, "<translation>Se déconnecter", "<translation>")
    assert main(["views", "--check"]) == 1


def test_french_punctuation_has_its_narrow_space() -> None:
    text = Catalogue("views", "fr").source.read_text(encoding="utf-8")
    words = [html.unescape(each) for each in re.findall(r"<(?:translation|numerusform)>([^<]+)<", text)]
    assert words
    for sentence in words:
        assert not re.search("[^\u202f][?!;]", sentence), sentence
        assert not re.search("[^\u00a0]:", sentence), sentence
        assert "'" not in sentence, f"typewriter apostrophe: {sentence}"
