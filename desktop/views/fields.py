"""Form fields: a label above, a frame around an editor, and the error under the field it concerns."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.controls import IconButton
from desktop.views.focus_ring import keyboard_focus
from desktop.views.icons import paint_icon
from desktop.views.text import Text
from desktop.views.theme import Look


def upright() -> QSizePolicy:
    """The size policy of what wraps text: never lower than its words need at its width."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy


class FieldFrame(QWidget):
    """The frame around an editor: it shows focus and error, and has room for things at both ends.

    Args:
        look: colours and sizes.
        tall: grows with its editor instead of being one line high.
    """

    def __init__(self, look: Look, *, tall: bool = False) -> None:
        super().__init__()
        self._look = look
        self._tall = tall
        self._focused = False
        self._wrong = False
        self._row = QHBoxLayout(self)
        look.changed.connect(self._restyle)
        self._restyle()

    def add(self, widget: QWidget, *, stretch: int = 0) -> None:
        """Put an editor or an ornament at the right end."""
        self._row.addWidget(widget, stretch)

    def set_focused(self, focused: bool) -> None:
        """Show that the editor has the focus."""
        self._focused = focused
        self.update()

    def set_wrong(self, wrong: bool) -> None:
        """Show that the editor's content was refused."""
        self._wrong = wrong
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        look, colour = self._look, self._look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = colour.danger if self._wrong else colour.primary if self._focused else colour.muted
        width = look.line.focus if self._focused or self._wrong else look.line.border
        painter.setPen(QPen(ink, width))
        painter.setBrush(colour.surface if self.isEnabled() else colour.raised)
        half = width / 2
        outline = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(outline, look.radius.field, look.radius.field)

    def _restyle(self) -> None:
        look = self._look
        vertical = look.space.xs if self._tall else 0
        self._row.setContentsMargins(look.space.s, vertical, look.space.xs, vertical)
        self._row.setSpacing(look.space.xs)
        if not self._tall:
            self.setFixedHeight(look.size.control)
        self.update()


class LineEditor(QLineEdit):
    """One line of text inside a `FieldFrame`."""

    def __init__(self, look: Look, name: str, frame: FieldFrame) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFrame(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._look = look
        self._frame = frame

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the frame."""
        super().focusInEvent(event)
        self._frame.set_focused(True)
        keyboard_focus(self, event, self._frame)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the frame."""
        super().focusOutEvent(event)
        self._frame.set_focused(False)
        keyboard_focus(self, event, self._frame)


class TextEditor(QPlainTextEdit):
    """Several lines of text inside a tall `FieldFrame`; Tab goes to the next field."""

    def __init__(self, name: str, frame: FieldFrame) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        # As far from the edge as a line editor's text.
        self.document().setDocumentMargin(2)
        self.viewport().setAutoFillBackground(False)
        self._frame = frame

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the frame."""
        super().focusInEvent(event)
        self._frame.set_focused(True)
        keyboard_focus(self, event, self._frame)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the frame."""
        super().focusOutEvent(event)
        self._frame.set_focused(False)
        keyboard_focus(self, event, self._frame)


class IconMark(QWidget):
    """A small icon beside words; decoration for those who see it.

    Args:
        look: colours and sizes.
        icon: name of the icon.
        ink: name of a colour of the look.
        size: name of a size of the look.
    """

    def __init__(self, look: Look, icon: str, *, ink: str = "muted", size: str = "small_icon") -> None:
        super().__init__()
        self._look = look
        self._icon = icon
        self._ink = ink
        self._size = size
        look.changed.connect(self._restyle)
        self._restyle()

    def show_icon(self, icon: str, ink: str) -> None:
        """Change drawing and colour."""
        self._icon, self._ink = icon, ink
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        painter = QPainter(self)
        paint_icon(painter, self._icon, getattr(self._look.colour, self._ink), QRectF(self.rect()))

    def _restyle(self) -> None:
        side = getattr(self._look.size, self._size)
        self.setFixedSize(side, side)
        self.update()


class ErrorLine(QWidget):
    """An icon and a sentence in danger, under a field or above the buttons; hidden while empty."""

    def __init__(self, look: Look, name: str = "") -> None:
        super().__init__()
        self._look = look
        self.setSizePolicy(upright())
        self._text = Text(look, "small", ink="danger", wraps=True, name=name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.xxs + 2)
        row.addWidget(IconMark(look, "error", ink="danger"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def show_text(self, sentence: str) -> None:
        """Show a sentence; "" hides the line."""
        self._text.setText(sentence)
        self.setVisible(bool(sentence))


class Field(QWidget):
    """Label, frame with an editor, hint, error.

    Args:
        look: colours and sizes.
        editor: the editor inside `frame`; the label names it.
        frame: what stands under the label.
        icon: before the label, "" for none.
    """

    def __init__(self, look: Look, editor: QWidget, frame: QWidget, *, icon: str = "") -> None:
        super().__init__()
        self._look = look
        self._editor = editor
        self._frame = frame
        self._label = Text(look, "label", ink="text")
        self._label.setBuddy(editor)
        self._hint = Text(look, "small", ink="muted", wraps=True)
        self._hint.hide()
        self._error = ErrorLine(look, f"{editor.objectName()}Error")
        self.setSizePolicy(upright())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.space.xxs)
        head = QHBoxLayout()
        head.setSpacing(look.space.xxs)
        if icon:
            head.addWidget(IconMark(look, icon))
        head.addWidget(self._label, 1)
        column.addLayout(head)
        for part in (frame, self._hint, self._error):
            column.addWidget(part)

    @property
    def editor(self) -> QWidget:
        """What the label names."""
        return self._editor

    @property
    def error(self) -> str:
        """The error that is shown, "" for none."""
        return self._error.text

    def set_label(self, text: str) -> None:
        """Name the field."""
        self._label.setText(text)
        self._editor.setAccessibleName(text)

    def set_hint(self, text: str) -> None:
        """Explain the field in a line under it, "" for none."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def set_error(self, text: str) -> None:
        """Say what is wrong with it, "" for nothing; a screen reader hears it with the field."""
        self._error.show_text(text)
        self._editor.setAccessibleDescription(text)
        if isinstance(self._frame, FieldFrame):
            self._frame.set_wrong(bool(text))


class PasswordFrame(FieldFrame):
    """A password's editor with a button that shows what was typed."""

    shown_changed = Signal(bool)
    """The password is readable now, or no longer."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look)
        self.editor = LineEditor(look, name, self)
        self.editor.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = IconButton(look, "showPasswordButton", "eye", size="pill")
        self.reveal.clicked.connect(self._toggle)
        self.add(self.editor, stretch=1)
        self.add(self.reveal)

    @property
    def readable(self) -> bool:
        """Whether what was typed can be read."""
        return self.editor.echoMode() is QLineEdit.EchoMode.Normal

    def hide_password(self) -> None:
        """Cover it again."""
        if self.readable:
            self._toggle()

    def _toggle(self) -> None:
        readable = not self.readable
        self.editor.setEchoMode(QLineEdit.EchoMode.Normal if readable else QLineEdit.EchoMode.Password)
        self.reveal.set_icon("eye-off" if readable else "eye")
        self.shown_changed.emit(readable)
