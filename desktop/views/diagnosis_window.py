"""The configuration test's window: one row a check, a sentence for the user and one for IT, a report."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, Qt, SignalInstance
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.diagnosis_states import Check, CheckRow, DiagnosisState, Outcome
from desktop.view_models.states import Tone
from desktop.views.controls import Button, ButtonKind, paint_dots
from desktop.views.fields import IconMark, upright
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.messages import Toast
from desktop.views.text import Text
from desktop.views.theme import Look

_ICONS = {
    Outcome.PASSED: ("success", "success"),
    Outcome.SKIPPED: ("info", "muted"),
    Outcome.WARNED: ("warning", "warning"),
    Outcome.FAILED: ("error", "danger"),
}


class DiagnosisIntentions(Protocol):
    """The configuration test."""

    @property
    def state(self) -> DiagnosisState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `DiagnosisState`."""

    def start(self) -> None:
        """Run the test."""


class _Progress(QWidget):
    """Three dots in the place of an icon."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(look.size.icon, look.size.icon)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(0.6, 0.6)
        area = QRectF(0, 0, self.width() / 0.6, self.height() / 0.6)
        paint_dots(painter, self._look, self._look.colour.muted, area)


class _Row(QWidget):
    """One check."""

    def __init__(self, look: Look, check: Check) -> None:
        super().__init__()
        self.setObjectName(f"check-{check.value}")
        self.setSizePolicy(upright())
        self._mark = IconMark(look, "info", size="icon")
        self._dots = _Progress(look)
        self._title = Text(look, "strong")
        self._sentence = Text(look, "body", wraps=True, name=f"sentence-{check.value}")
        self._for_it = Text(look, "small", ink="muted", wraps=True)
        self._for_it.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(0)
        for part in (self._title, self._sentence, self._for_it):
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.s)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._dots, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_row(self, row: CheckRow) -> None:
        """Draw a row."""
        icon, ink = _ICONS[row.outcome] if row.outcome is not None else ("info", "muted")
        self._mark.show_icon(icon, ink)
        self._mark.setVisible(row.outcome is not None)
        self._dots.setVisible(row.outcome is None)
        self._title.setText(row.title)
        self._title.set_ink("text" if row.outcome is not None else "muted")
        self._sentence.setText(row.sentence)
        self._sentence.setVisible(bool(row.sentence))
        for_it = self.tr("For IT: {sentence}").format(sentence=row.it_sentence) if row.it_sentence else ""
        self._for_it.setText(for_it)
        self._for_it.setVisible(bool(for_it))
        self.setAccessibleName(". ".join(each for each in (row.title, row.sentence, for_it) if each))


class DiagnosisWindow(QWidget):
    """Shows the test while it runs and what came of it.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        mark: icon of the product.
    """

    def __init__(self, model: DiagnosisIntentions, look: Look, *, mark: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._copied = 0
        self.setObjectName("diagnosisWindow")
        self.setWindowIcon(window_icon(mark))
        self.resize(look.size.dialog_width, look.size.settings_height)
        self.setMinimumSize(look.size.participant_min_width, look.size.participant_min_height)
        self._headline = Text(look, "title", wraps=True, name="diagnosisHeadline")
        self._rows = {check: _Row(look, check) for check in Check}
        self._copy = Button(look, "copyReportButton")
        self._again = Button(look, "testAgainButton", ButtonKind.FILLED)
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self)
        self._lay_out()
        self._copy.clicked.connect(self._copy_report)
        self._again.clicked.connect(model.start)
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.close)
        model.changed.connect(self.render_state)
        self._retranslate()

    def render_state(self, state: DiagnosisState) -> None:
        """Draw a state."""
        self._headline.setText(state.headline)
        for row in state.rows:
            self._rows[row.check].show_row(row)
        self._again.set_busy(state.running)
        self._copy.setVisible(state.can_copy)
        self._copy.setEnabled(bool(state.report))

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._model.state.report)
        self._copied += 1
        self._toast.show_notice(
            self.tr("The report is in the clipboard, without names, addresses and keys."),
            Tone.SUCCESS,
            self._copied,
        )

    def _lay_out(self) -> None:
        space = self._look.space
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, space.m, 0)
        column.setSpacing(space.m)
        for row in self._rows.values():
            column.addWidget(row)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.xs)
        buttons.addStretch()
        buttons.addWidget(self._copy)
        buttons.addWidget(self._again)
        around = QVBoxLayout(self)
        around.setContentsMargins(space.l, space.l, space.s, space.l)
        around.setSpacing(space.l)
        around.addWidget(self._headline)
        around.addWidget(scroll, 1)
        buttons.setContentsMargins(0, 0, space.s, 0)
        around.addLayout(buttons)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Test my setup"))
        self._copy.set_label(self.tr("Copy the report"))
        self._again.set_label(self.tr("Test again"))
        self._toast.close_button.set_name(self.tr("Close this message"))
        self.render_state(self._model.state)
