"""Rules for every window in every state: names for screen readers, nothing cut, whole gallery."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLabel, QWidget

from desktop.view_models.language import LANGUAGES, Language
from desktop.views.fields import LineEditor, TextEditor
from desktop.views.gallery import LARGER_TEXT, render_gallery
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_scenes import scenes
from desktop.views.gallery_states import Samples
from desktop.views.text import ElidedText
from desktop.views.theme import Theme, ThemeChoice
from tests.desktop.views.conftest import Show

INTERACTIVE = (QAbstractButton, LineEditor, TextEditor, QAbstractSpinBox)
SCENES = {
    language: {f"{scene.window}-{scene.state}": scene for scene in scenes(Samples(language))}
    for language in LANGUAGES
}
EVERY_SCENE = pytest.mark.parametrize("name", SCENES["fr"])
Staged = Callable[[Scene], QWidget]


@pytest.fixture
def staged(theme: Theme, show: Show) -> Staged:
    """Shows a scene as the gallery does."""

    def shown(scene: Scene) -> QWidget:
        window = show(scene.make(theme))
        scene.prepare(window)
        QApplication.processEvents()
        return window

    return shown


def visible(window: QWidget, *kinds: type[QWidget]) -> list[QWidget]:
    return [child for child in window.findChildren(QWidget) if isinstance(child, kinds) and child.isVisible()]


def reachable(window: QWidget) -> list[QWidget]:
    """What can be clicked, or takes the keyboard; Qt's own editor in a field of numbers belongs to it."""
    return [
        child
        for child in visible(window, QWidget)
        if (isinstance(child, INTERACTIVE) or child.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and child.objectName() != "qt_spinbox_lineedit"
    ]


def told_state(widget: QWidget) -> tuple[bool, bool, bool]:
    """What a screen reader is told: disabled, can be checked, is checked."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None, widget.objectName()
    assert interface.text(QAccessible.Text.Name), widget.objectName()
    state: Any = interface.state()
    return bool(state.disabled), bool(state.checkable), bool(state.checked)


def true_state(widget: QWidget) -> tuple[bool, bool, bool]:
    """The same, as it is."""
    checkable = isinstance(widget, QAbstractButton) and widget.isCheckable()
    checked = isinstance(widget, QAbstractButton) and widget.isChecked()
    return not widget.isEnabled(), checkable, checked


@EVERY_SCENE
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_control_has_a_name_for_screen_readers(
    staged: Staged, language: Language, code: str, name: str
) -> None:
    language.use(code)
    window = staged(SCENES[code][name])
    controls = reachable(window)
    nameless = [each.objectName() for each in controls if not each.accessibleName()]
    assert nameless == []
    without_id = [type(each).__name__ for each in controls if not each.objectName()]
    assert without_id == []
    told = {each.objectName(): told_state(each) for each in controls}
    assert told == {each.objectName(): true_state(each) for each in controls}


@EVERY_SCENE
def test_no_word_is_cut_in_french_with_larger_text(
    staged: Staged, theme: Theme, language: Language, name: str
) -> None:
    language.use("fr")
    theme.set_scale(LARGER_TEXT)
    window = staged(SCENES["fr"][name])
    for button in visible(window, QAbstractButton):
        assert button.width() >= button.minimumSizeHint().width(), button.objectName()
        assert button.height() >= button.minimumSizeHint().height(), button.objectName()
    for label in visible(window, QLabel):
        assert isinstance(label, QLabel)
        if isinstance(label, ElidedText):
            continue  # ends in "…" and shows all in its tool tip
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
        if not label.wordWrap():
            assert label.width() >= label.sizeHint().width(), label.text()


@EVERY_SCENE
def test_buttons_do_not_overlap(staged: Staged, name: str) -> None:
    window = staged(SCENES["en"][name])
    # Cards float over what is beneath them; each layer is looked at by itself.
    layers: dict[QWidget | None, list[tuple[str, QRect]]] = {}
    for button in visible(window, QAbstractButton):
        area = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
        layers.setdefault(button.parentWidget(), []).append((button.objectName(), area))
    for layer in layers.values():
        for place, (one, area) in enumerate(layer):
            for other, other_area in layer[place + 1 :]:
                assert not area.intersects(other_area), (one, other)


@EVERY_SCENE
def test_no_shortcut_is_a_plain_letter(staged: Staged, name: str) -> None:
    window = staged(SCENES["en"][name])
    keys = {
        shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
        for shortcut in window.findChildren(QShortcut)
    }
    keys |= {
        key.toString(QKeySequence.SequenceFormat.PortableText)
        for action in window.findChildren(QAction)
        for key in action.shortcuts()
    }
    assert {each for each in keys if "+" not in each} <= {"F1", "F2", "F5", "F11"}
    for button in visible(window, QAbstractButton):
        assert isinstance(button, QAbstractButton)
        assert button.shortcut().isEmpty(), button.objectName()


def test_the_gallery_writes_what_its_index_lists(qapp: QApplication, tmp_path: Path) -> None:
    shots = render_gallery(
        qapp, tmp_path, languages=("fr",), themes=(ThemeChoice.DARK,), windows=frozenset({"sign-in"})
    )
    index = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))
    drawn = [scene for scene in scenes(Samples("fr")) if scene.window == "sign-in"]
    assert len(index) == len(shots) == 2 * len(drawn)
    for entry in index:
        assert {"file", "window", "state", "language", "theme"} <= entry.keys()
        assert not QImage(str(tmp_path / entry["file"])).isNull()
    assert {entry["scale"] for entry in index} == {1.0, LARGER_TEXT}
