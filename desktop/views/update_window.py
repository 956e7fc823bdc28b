"""The plain page of an app that its service no longer serves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.messages import Blank
from desktop.views.theme import Look


class UpdateWindow(QWidget):
    """Says what to do; nothing else can be done here.

    Args:
        look: colours, fonts and sizes.
        product: name of the app.
        words: what the people who run the service add, "" for nothing.
        mark: icon of the product.
    """

    settings_requested = Signal()
    """Never emitted: every window of the shell has it."""
    again_requested = Signal()
    """The button: look whether the update is there, or the service has changed its mind."""

    def __init__(self, look: Look, *, product: str, words: str, mark: str) -> None:
        super().__init__()
        self._words = words
        self._product = product
        self.setObjectName("updateWindow")
        self.setWindowIcon(window_icon(mark))
        self.resize(look.size.sign_in_width, look.size.participant_min_height)
        self._blank = Blank(look, "updateNeeded", "askAgainButton")
        self._blank.pressed.connect(self.again_requested)
        self._ring = FocusRing(look, self)
        column = QVBoxLayout(self)
        column.addWidget(self._blank)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self._product)
        title = self.tr("Ask your IT service for the update")
        help_text = self.tr("This version of {product} is too old for the service.")
        self._blank.show_words(
            "warning",
            title,
            f"{help_text.format(product=self._product)} {self._words}".strip(),
            self.tr("Check again"),
            ink="warning",
        )
