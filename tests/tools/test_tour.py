"""The tour is complete, says in both languages what it shows, and shows scenes that exist."""

from __future__ import annotations

import re

import pytest

from desktop.views.gallery_scenes import scenes
from desktop.views.gallery_states import Samples
from tools.tour import CHAPTERS, DOCS, IMAGES, README_PICTURES, TITLES, page


@pytest.mark.parametrize("language", sorted(TITLES))
def test_the_committed_page_is_what_the_command_writes(language: str) -> None:
    """After a change of the words: `python3 dev.py tour`."""
    assert (DOCS / f"tour-{language}.md").read_text(encoding="utf-8") == page(language)


@pytest.mark.parametrize("language", sorted(TITLES))
def test_every_picture_is_there(language: str) -> None:
    pictures = re.findall(r"\((images/tour/[^)]+)\)", page(language))
    assert len(pictures) == sum(len(chapter.steps) for chapter in CHAPTERS)
    assert [name for name in pictures if not (DOCS / name).is_file()] == []


def test_every_scene_exists() -> None:
    known = {(scene.window, scene.state) for scene in scenes(Samples("fr"))}
    wanted = {(step.window, step.state) for chapter in CHAPTERS for step in chapter.steps}
    assert (wanted | set(README_PICTURES.values())) - known == set()
    assert all((IMAGES / f"{name}.png").is_file() for name in README_PICTURES)


def test_both_languages_say_something_of_every_step() -> None:
    for chapter in CHAPTERS:
        for step in chapter.steps:
            assert step.french
            assert step.english
            assert step.french != step.english
