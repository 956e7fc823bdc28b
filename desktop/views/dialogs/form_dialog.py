"""What the small dialogs share: heading, body, buttons at the right, keys, and asking before losing words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import ErrorText
from desktop.views.controls import Button, ButtonKind
from desktop.views.fields import ErrorLine
from desktop.views.focus_ring import FocusRing
from desktop.views.text import Text
from desktop.views.theme import Look


class FormDialog(QDialog):
    """A heading, a form, *Cancel* and one action. Show it with `open()`.

    Subclasses put their fields into `form`, and say in `submit()` what Enter and the button do.

    Args:
        look: colours, fonts and sizes.
        name: object name of the dialog; the buttons are called after what they do.
        kind: how the action looks.
        parent: the window it belongs to.
    """

    def __init__(
        self, look: Look, name: str, kind: ButtonKind = ButtonKind.FILLED, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.look = look
        self._closing = False
        self.setObjectName(name)
        self.setFixedWidth(look.size.dialog_width)
        self.heading = Text(look, "title", wraps=True)
        self.body = QWidget()
        self.form = QVBoxLayout(self.body)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setSpacing(look.space.m)
        self.error = ErrorLine(look, f"{name}Error")
        self.cancel_button = Button(look, "cancelButton")
        self.action_button = Button(look, "actionButton", kind)
        self._asked = Text(look, "strong", wraps=True)
        self._keep = Button(look, "keepButton")
        self._discard = Button(look, "discardButton", ButtonKind.DANGER)
        self._question = QWidget()
        self._buttons = QWidget()
        self._ring = FocusRing(look, self)
        self._lay_out()
        self.cancel_button.clicked.connect(self.reject)
        self.action_button.clicked.connect(self.submit)
        self._keep.clicked.connect(self._keep_editing)
        self._discard.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.submit)

    def submit(self) -> None:
        """What Enter and the action's button do."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Write the words that never change, in the language of now."""
        self.cancel_button.set_label(self.tr("Cancel"))
        self._asked.setText(self.tr("Discard what you typed?"))
        self._keep.set_label(self.tr("Keep editing"))
        self._discard.set_label(self.tr("Discard"))

    def something_typed(self) -> bool:
        """Whether closing would lose words; then Escape and *Cancel* ask first."""
        return False

    def show_progress(self, *, busy: bool, error: ErrorText | None) -> None:
        """Show that the service works, or why it refused."""
        self.body.setEnabled(not busy)
        self.cancel_button.setEnabled(not busy)
        self.action_button.set_busy(busy)
        self.error.show_text(error.sentence if error else "")
        self._fit()

    @property
    def busy(self) -> bool:
        """Whether the service works."""
        return not self.body.isEnabled()

    def finish(self) -> None:
        """Close without asking anybody: what it was for is over."""
        self._closing = True
        super().reject()

    def done_well(self) -> None:
        """Close: the service has done it."""
        self._closing = True
        self.accept()

    def reject(self) -> None:
        """Cancel; asks first when something was typed."""
        if self._closing or self.busy:
            return
        if not self.something_typed() or self._question.isVisible():
            self.finish()
            return
        self._buttons.hide()
        self._question.show()
        self._keep.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter acts; Escape closes."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.busy and not self._question.isVisible():
                self.submit()
        elif key == Qt.Key.Key_Escape:
            if self._question.isVisible():
                self._keep_editing()
            else:
                self.reject()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dialogs lie on `surface`."""
        QPainter(self).fillRect(event.rect(), self.look.colour.surface)

    def setVisible(self, visible: bool) -> None:
        """Qt pretends that the Tab key brought the first focus; nobody pressed it."""
        super().setVisible(visible)
        self._ring.surround(None)
        if visible:
            self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's own close button is *Cancel*."""
        if not self._closing:
            event.ignore()
            self.reject()
        else:
            super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow and shrink with the form."""
        if watched is self.body and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def _lay_out(self) -> None:
        space = self.look.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space.l, space.l, space.l, space.l)
        column.setSpacing(space.m)
        for part in (self.heading, self.body, self.error):
            column.addWidget(part)
        column.addStretch(1)
        for foot, parts in (
            (self._buttons, (self.cancel_button, self.action_button)),
            (self._question, (self._asked, self._keep, self._discard)),
        ):
            row = QHBoxLayout(foot)
            row.setContentsMargins(0, space.xs, 0, 0)
            row.setSpacing(space.xs)
            if foot is self._buttons:
                row.addStretch()
            for part in parts:
                row.addWidget(part, 1 if part is self._asked else 0)
            column.addWidget(foot)
        self._question.hide()
        self.body.installEventFilter(self)

    def _keep_editing(self) -> None:
        self._question.hide()
        self._buttons.show()
        self.body.setFocus(Qt.FocusReason.OtherFocusReason)
        self.focusNextChild()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(layout.heightForWidth(self.width()), layout.minimumSize().height()))
