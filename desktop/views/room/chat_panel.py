"""The chat panel: the conversation above, the line one writes below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFocusEvent,
    QKeyEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout

from desktop.meeting.links import pieces
from desktop.view_models.room_states import CHAT_LIMIT, ChatLine, ChatState, Delivery
from desktop.views.controls import Button, ButtonKind, IconButton
from desktop.views.fields import ErrorLine, FieldFrame, TextEditor
from desktop.views.focus_ring import keyboard_focus
from desktop.views.intentions import ChatIntentions
from desktop.views.messages import Blank
from desktop.views.room.side_panels import SidePanel
from desktop.views.text import Text
from desktop.views.theme import Look

_WEB = ("http", "https")
_HIGHEST_EDITOR_LINES = 5


class Conversation(QTextBrowser):
    """All lines as one text that can be selected; nothing in it is ever read as HTML.

    Args:
        look: colours and fonts; the stage's.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._drawn: tuple[ChatLine, ...] = ()
        self._sending = ""
        self._unsent = ""
        self.setObjectName("conversation")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.document().setDefaultTextOption(option)
        self.anchorClicked.connect(self._open)
        self.highlighted.connect(lambda url: self.setToolTip(url.toDisplayString()))
        look.changed.connect(self._redraw)

    def set_words(self, sending: str, unsent: str) -> None:
        """What stands behind a line on its way, and behind one that did not get through."""
        if (sending, unsent) != (self._sending, self._unsent):
            self._sending, self._unsent = sending, unsent
            self._redraw()

    def show_lines(self, lines: tuple[ChatLine, ...]) -> None:
        """Draw these lines; one who reads further up stays there, one at the end stays at the end."""
        if lines == self._drawn:
            return
        bar = self.verticalScrollBar()
        place, at_end = bar.value(), bar.value() >= bar.maximum() - self._look.space.s
        new = lines[len(self._drawn) :]
        if lines[: len(self._drawn)] == self._drawn:
            self._append(new)
        else:
            self.document().clear()
            self._append(lines)
        self._drawn = lines
        own = any(line.own for line in new)
        bar.setValue(bar.maximum() if at_end or own else place)

    def changeEvent(self, event: QEvent) -> None:
        """Fonts of the application do not reach into the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Whoever reads the end goes on reading the end."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - self._look.space.s
        super().resizeEvent(event)
        if at_end:
            bar.setValue(bar.maximum())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the keyboard brought the focus."""
        super().focusInEvent(event)
        keyboard_focus(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        keyboard_focus(self, event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy plain text: our fonts and colours are no use elsewhere."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def _redraw(self) -> None:
        lines, self._drawn = self._drawn, ()
        self.document().clear()
        self.show_lines(lines)

    def _append(self, lines: tuple[ChatLine, ...]) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in lines:
            self._append_line(cursor, line)
        cursor.endEditBlock()

    def _append_line(self, cursor: QTextCursor, line: ChatLine) -> None:
        look = self._look
        above = look.space.m if line.heads else look.space.xxs
        if not line.is_note and line.heads:
            self._block(cursor, above)
            cursor.insertText(line.name, self._format("label", look.colour.text))
            cursor.insertText(f"  {line.hour}", self._format("small", look.colour.muted))
            above = 2
        self._block(cursor, above)
        faint = line.is_note or line.delivery is Delivery.SENDING
        ink = look.colour.muted if faint else look.colour.text
        for piece in pieces(line.text):
            style = self._format("small" if line.is_note else "body", ink)
            if piece.url:
                style.setAnchor(True)
                style.setAnchorHref(piece.url)
                style.setForeground(look.colour.primary)
                style.setFontUnderline(True)
            cursor.insertText(piece.text, style)
        after = {Delivery.SENDING: self._sending, Delivery.FAILED: self._unsent}.get(line.delivery, "")
        if after:
            failed = line.delivery is Delivery.FAILED
            self._block(cursor, 0)
            cursor.insertText(
                after, self._format("small", look.colour.danger if failed else look.colour.muted)
            )

    def _block(self, cursor: QTextCursor, above_px: int) -> None:
        layout = QTextBlockFormat()
        if self.document().isEmpty():
            cursor.setBlockFormat(layout)
            return
        layout.setTopMargin(above_px)
        cursor.insertBlock(layout)

    def _format(self, role: str, ink: QColor) -> QTextCharFormat:
        style = QTextCharFormat()
        style.setFont(self._look.font(role))
        style.setForeground(ink)
        return style

    def _open(self, url: QUrl) -> None:
        if url.scheme() in _WEB:
            QDesktopServices.openUrl(url)


class ChatEditor(TextEditor):
    """Where one writes: Enter sends, Shift+Enter starts a new line; it grows to five lines."""

    submitted = Signal()

    def __init__(self, look: Look, name: str, frame: FieldFrame) -> None:
        super().__init__(name, frame)
        self._look = look
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        look.changed.connect(self._restyle)
        self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words, never formats."""
        if source.hasText():
            self.insertPlainText(source.text())

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(super().sizeHint().width(), self.height())

    def _restyle(self) -> None:
        self.setFont(self._look.font("body"))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.PlaceholderText, self._look.colour.muted)
        self.setPalette(palette)
        self._fit()

    def _fit(self) -> None:
        wanted = round(self.document().size().height())
        lines = max(1, min(_HIGHEST_EDITOR_LINES, wanted))
        scrolls = wanted > _HIGHEST_EDITOR_LINES
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(
            lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin())
        )


class ChatPanel(SidePanel):
    """The conversation of the meeting.

    Args:
        model: state and intentions.
        look: the stage's look.
    """

    def __init__(self, model: ChatIntentions, look: Look) -> None:
        super().__init__(look, "chatPanel")
        self._model = model
        self.conversation = Conversation(look)
        self._blank = Blank(look, "chatBlank", "chatBlankButton")
        self._kept = Text(look, "small", ink="muted", wraps=True, name="chatKept")
        self._failed = ErrorLine(look, "chatFailed")
        self._retry = Button(look, "chatRetryButton", ButtonKind.QUIET)
        self._retry.clicked.connect(model.retry)
        self._too_long = ErrorLine(look, "chatTooLong")
        frame = FieldFrame(look, tall=True)
        self._frame = frame
        self.editor = ChatEditor(look, "chatEditor", frame)
        self._send = IconButton(look, "chatSendButton", "send", size="pill")
        frame.add(self.editor, stretch=1)
        frame.add(self._send)
        self._send.clicked.connect(self._submit)
        self.editor.submitted.connect(self._submit)
        self.editor.textChanged.connect(self._typed)
        self.column.addWidget(self._kept)
        self.column.addSpacing(look.space.xxs)
        middle = QVBoxLayout()
        middle.addWidget(self.conversation, 1)
        middle.addWidget(self._blank, 1)
        self.column.addLayout(middle, 1)
        trouble = QHBoxLayout()
        trouble.addWidget(self._failed, 1)
        trouble.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignTop)
        foot = QVBoxLayout()
        foot.setContentsMargins(0, 0, look.space.xs, 0)
        foot.setSpacing(look.space.xs)
        foot.addLayout(trouble)
        foot.addWidget(frame)
        foot.addWidget(self._too_long)
        self.column.addLayout(foot)
        model.changed.connect(self.render_state)
        self.retranslate()
        self._typed()
        self.render_state(model.state)

    def render_state(self, state: ChatState) -> None:
        """Draw a state; the focus stays where it is."""
        self.conversation.show_lines(state.lines)
        self.conversation.setVisible(bool(state.lines))
        self._blank.setVisible(not state.lines)
        self._failed.show_text(state.failed)
        self._retry.setVisible(bool(state.failed))

    def take_focus(self, reason: Qt.FocusReason) -> None:
        """Ready to write."""
        self.editor.setFocus(reason)

    def retranslate(self) -> None:
        """Speak the new language."""
        self.set_title(self.tr("Messages in the call"), self.tr("Close the chat"))
        self._blank.show_words(
            "chat",
            self.tr("No message yet"),
            self.tr("Everybody in the meeting reads what is written here."),
            "",
        )
        self._kept.setText(self.tr("The messages disappear when the meeting ends."))
        self.conversation.setAccessibleName(self.tr("Messages"))
        self.conversation.set_words(self.tr("Sending…"), self.tr("Not sent"))
        self.editor.setAccessibleName(self.tr("Write to everybody"))
        self.editor.setPlaceholderText(self.tr("Write to everybody"))
        self._send.set_name(self.tr("Send"), shortcut=self.tr("Enter"))
        self._retry.set_label(self.tr("Try again"))
        self._typed()

    def _submit(self) -> None:
        text = self.editor.toPlainText()
        if text.strip() and len(text) <= CHAT_LIMIT:
            self.editor.clear()
            self._model.send(text)

    def _typed(self) -> None:
        text = self.editor.toPlainText()
        over = len(text) - CHAT_LIMIT
        self._frame.set_wrong(over > 0)
        self._too_long.show_text(self.tr("%n character(s) too many", "", over) if over > 0 else "")
        self._send.setEnabled(bool(text.strip()) and over <= 0)
