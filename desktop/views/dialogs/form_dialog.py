"""What the small dialogs share: heading, body, buttons at the right, keys, and asking before losing words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.states import ErrorText
from desktop.views.controls import Button, ButtonKind
from desktop.views.fields import ErrorLine
from desktop.views.focus_ring import FocusRing
from desktop.views.tab_order import order_tabs
from desktop.views.text import Text
from desktop.views.theme import Look

_SHARE_OF_SCREEN = 0.9


class FormDialog(QDialog):
    """A heading, a form that scrolls where the screen is low, *Cancel* and one action.

    Show it with `open()`. Subclasses put their fields into `form`, and say in `submit()` what Enter and
    the button do.

    Args:
        look: colours, fonts and sizes.
        name: object name of the dialog.
        kind: how the action looks.
        action: object name of the action's button.
        retries: whether an error's own button is shown; it calls `retry()`.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        look: Look,
        name: str,
        kind: ButtonKind = ButtonKind.FILLED,
        *,
        action: str = "actionButton",
        retries: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.look = look
        self._closing = False
        self.setObjectName(name)
        self.setFixedWidth(look.size.dialog_width)
        self.heading = Text(look, "title", wraps=True)
        self.body = QWidget()
        self.body.setObjectName("scrolled")
        self.form = QVBoxLayout(self.body)
        self.form.setContentsMargins(look.space.l, look.space.xxs, look.space.l, look.space.xxs)
        self.form.setSpacing(look.space.m)
        self.error = ErrorLine(look, f"{name}Error")
        self._retries = retries
        self._retry = Button(look, "reloadButton", ButtonKind.QUIET)
        self._trouble = QWidget()
        self._lines: list[QWidget] = []
        self._lines_column = QVBoxLayout()
        self.cancel_button = Button(look, "cancelButton")
        self.action_button = Button(look, action, kind)
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
        self._retry.clicked.connect(self.retry)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.submit)

    def submit(self) -> None:
        """What Enter and the action's button do."""
        raise NotImplementedError

    def retry(self) -> None:
        """What the error's own button does."""
        self.submit()

    def take_escape(self) -> bool:
        """Close something small inside the form that Escape is for; False when nothing is open."""
        return False

    def first_field(self) -> QWidget:
        """Where the keyboard goes after the question was answered with *Keep editing*."""
        return self.body

    def retranslate(self) -> None:
        """Write the words that never change, in the language of now."""
        self.cancel_button.set_label(self.tr("Cancel"))
        self._asked.setText(self.tr("Discard what you typed?"))
        self._keep.set_label(self.tr("Keep editing"))
        self._discard.set_label(self.tr("Discard"))

    def add_line(self, line: QWidget) -> None:
        """Put a line above the buttons, where it is seen however far the form is scrolled."""
        self._lines.append(line)
        self._lines_column.addWidget(line)

    def set_question(self, text: str) -> None:
        """What is asked before words are lost."""
        self._asked.setText(text)

    def something_typed(self) -> bool:
        """Whether closing would lose words; then Escape and *Cancel* ask first."""
        return False

    def kept(self) -> Any:
        """What was typed, as `put_back` of another dialog of this kind takes it."""
        return None

    def put_back(self, kept: Any) -> None:
        """Show what was typed into a dialog that had to be closed; closing this one asks again."""

    def show_progress(self, *, busy: bool, error: ErrorText | None) -> None:
        """Show that the service works, or why it refused."""
        self.body.setEnabled(not busy)
        self.cancel_button.setEnabled(not busy)
        self.action_button.set_busy(busy)
        self._trouble.setVisible(error is not None)
        self.error.show_text(error.sentence if error else "")
        self._retry.set_label(error.action if error else "")
        self._retry.setVisible(self._retries and bool(error and error.action))
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
            if self.take_escape():
                return
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
            self.order_tabs()

    def order_tabs(self) -> None:
        """Fields first, from top to bottom, then the buttons."""
        self.form.activate()
        order_tabs(self.body, self._retry, self.cancel_button, self.action_button)

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
        trouble = QHBoxLayout(self._trouble)
        trouble.setContentsMargins(space.l, 0, space.l, 0)
        trouble.addWidget(self.error, 1, Qt.AlignmentFlag.AlignVCenter)
        trouble.addWidget(self._retry)
        self._trouble.hide()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.body)
        self.body.installEventFilter(self)
        head = QHBoxLayout()
        head.setContentsMargins(space.l, 0, space.l, 0)
        head.addWidget(self.heading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, space.l, 0, space.l)
        column.setSpacing(space.m)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        self._lines_column.setContentsMargins(space.l, 0, space.l, 0)
        self._lines_column.setSpacing(space.xs)
        column.addLayout(self._lines_column)
        column.addWidget(self._trouble)
        for foot, parts in (
            (self._buttons, (self.cancel_button, self.action_button)),
            (self._question, (self._asked, self._keep, self._discard)),
        ):
            row = QHBoxLayout(foot)
            row.setContentsMargins(space.l, 0, space.l, 0)
            row.setSpacing(space.xs)
            if foot is self._buttons:
                row.addStretch()
            for part in parts:
                row.addWidget(part, 1 if part is self._asked else 0)
            column.addWidget(foot)
        self._question.hide()

    def _keep_editing(self) -> None:
        self._question.hide()
        self._buttons.show()
        self.first_field().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fit(self) -> None:
        """As high as the form asks for, and never higher than the screen."""
        width, space = self.width(), self.look.space
        self.form.activate()
        body = max(self.body.heightForWidth(width), self.body.minimumSizeHint().height())
        head = max(self.heading.heightForWidth(width - 2 * space.l), self.heading.minimumHeight())
        rest = head + self.look.size.control + 2 * space.l + 2 * space.m
        shown = [line for line in self._lines if not line.isHidden()]
        if shown:
            wide = width - 2 * space.l
            heights = [max(line.heightForWidth(wide), line.minimumHeight()) for line in shown]
            rest += sum(heights) + space.xs * (len(shown) - 1) + space.m
        if not self._trouble.isHidden():
            self.error.ensurePolished()
            rest += max(self._trouble.heightForWidth(width), self._trouble.sizeHint().height()) + space.m
        if not self._question.isHidden():
            foot = self._question.heightForWidth(width)
            rest += max(0, foot - self.look.size.control)
        screen = self.screen() or QGuiApplication.primaryScreen()
        most = int(screen.availableGeometry().height() * _SHARE_OF_SCREEN)
        self.resize(width, min(body + rest, most))
