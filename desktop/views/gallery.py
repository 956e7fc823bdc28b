"""Pictures of every view in every state: `python -m desktop.views.gallery --out DIR`.

No service, no camera, no network: the views draw sample states. Each picture exists in French and
English, light and dark, and once with larger text. `index.json` beside the pictures lists them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.view_models.language import LANGUAGES, Language
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_scenes import scenes
from desktop.views.gallery_states import Samples
from desktop.views.theme import Theme, ThemeChoice
from resources.reader import ROOT

LARGER_TEXT = 1.25
"""The scale of the extra pass: what a user with larger system text sees."""

BOTH_THEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK)


class GalleryError(Exception):
    """A picture could not be written."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the gallery; `scale` is that of the text."""

    file: str
    window: str
    state: str
    language: str
    theme: str
    scale: float = 1.0


def _take(scene: Scene, theme: Theme, out: Path, language: str, suffix: str = "") -> Shot:
    """Show one scene, write its picture, and take it away again.

    Raises:
        GalleryError: the picture could not be written.
    """
    name = f"{scene.window}-{scene.state}-{language}-{theme.choice.value}{suffix}.png"
    window = scene.make(theme)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    scene.prepare(window)
    for _ in range(3):  # layouts inside scroll areas take their turns
        QApplication.processEvents()
    picture = window.grab()
    window.hide()
    window.deleteLater()
    if not picture.save(str(out / name), "PNG"):
        raise GalleryError(f"cannot write {out / name}")
    return Shot(name, scene.window, scene.state, language, theme.choice.value, theme.scale)


def render_gallery(
    app: QApplication,
    out: Path,
    *,
    languages: tuple[str, ...] = LANGUAGES,
    themes: tuple[ThemeChoice, ...] = BOTH_THEMES,
    windows: frozenset[str] | None = None,
    larger_text: bool = True,
) -> list[Shot]:
    """Write the pictures and `index.json`.

    Args:
        app: the application.
        out: folder for the pictures; made when missing.
        languages: what to draw everything in.
        themes: the same.
        windows: only these windows; None for all.
        larger_text: add a pass with larger text, in the first language and theme.

    Returns:
        What was written, in order.

    Raises:
        GalleryError: a picture could not be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    shots: list[Shot] = []
    theme = Theme(app, choice=themes[0], scale=1.0, animated=False)
    speaks = Language(ROOT / "translations", languages[0])
    for language in languages:
        speaks.use(language)
        chosen = [scene for scene in scenes(Samples(language)) if windows is None or scene.window in windows]
        for choice in themes:
            theme.set_choice(choice)
            shots += [_take(scene, theme, out, language) for scene in chosen]
        if larger_text and language == languages[0]:
            theme.set_choice(themes[0])
            theme.set_scale(LARGER_TEXT)
            shots += [_take(scene, theme, out, language, "-125") for scene in chosen]
            theme.set_scale(1.0)
    speaks.close()
    index = json.dumps([asdict(shot) for shot in shots], indent=1)
    (out / "index.json").write_text(index + "\n", encoding="utf-8")
    return shots


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m desktop.views.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--quick", action="store_true", help="only French and light")
    parser.add_argument("--window", action="append", metavar="NAME", help="only this window; may be repeated")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    windows = frozenset(options.window) if options.window else None
    try:
        languages, themes = (LANGUAGES[:1], BOTH_THEMES[:1]) if options.quick else (LANGUAGES, BOTH_THEMES)
        shots = render_gallery(app, options.out, languages=languages, themes=themes, windows=windows)
    except GalleryError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{len(shots)} pictures in {options.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
