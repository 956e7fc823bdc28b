"""Offers the report of a run that broke off; nothing is sent by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import Button, ButtonKind
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.text import Text
from desktop.views.theme import Look


class CrashWindow(QWidget):
    """A sentence and two buttons.

    Args:
        report: what *Copy the report* puts into the clipboard.
        look: colours, fonts and sizes.
        product: name of the app.
        mark: its icon.
    """

    def __init__(self, report: str, look: Look, *, product: str, mark: str) -> None:
        super().__init__()
        self._report = report
        self._product = product
        self.setObjectName("crashWindow")
        self.setWindowIcon(window_icon(mark))
        self.setFixedWidth(look.size.sign_in_width)
        self._title = Text(look, "title", wraps=True, name="crashTitle")
        self._text = Text(look, "body", ink="muted", wraps=True)
        self._copy = Button(look, "copyCrashButton", ButtonKind.FILLED)
        self._ignore = Button(look, "ignoreCrashButton")
        self._ring = FocusRing(look, self)
        self._copy.clicked.connect(self._take)
        self._ignore.clicked.connect(self.close)
        space = look.space
        buttons = QHBoxLayout()
        buttons.setSpacing(space.xs)
        buttons.addStretch()
        buttons.addWidget(self._ignore)
        buttons.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.l, space.l, space.l, space.l)
        column.setSpacing(space.xs)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(space.m)
        column.addLayout(buttons)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _take(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self.close()

    def _retranslate(self) -> None:
        self.setWindowTitle(self._product)
        self._title.setText(self.tr("{product} did not end normally").format(product=self._product))
        self._text.setText(
            self.tr(
                "You can give a report of the last minutes to your IT service. It holds no names, addresses "
                "or keys, and nothing is sent by itself."
            )
        )
        self._copy.set_label(self.tr("Copy the report"))
        self._ignore.set_label(self.tr("Ignore"))
