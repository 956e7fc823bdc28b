"""What a window says besides its content: lines, toasts, empty states and grey loading rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import Tone
from desktop.views.controls import Button, ButtonKind, IconButton
from desktop.views.dropdown import paint_card
from desktop.views.fields import IconMark
from desktop.views.text import Text
from desktop.views.theme import Look, mix

TONE_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.PRIMARY: "info",
    Tone.SUCCESS: "success",
    Tone.WARNING: "warning",
    Tone.DANGER: "error",
}
TONE_INKS = {
    Tone.NEUTRAL: "muted",
    Tone.PRIMARY: "primary",
    Tone.SUCCESS: "success",
    Tone.WARNING: "warning",
    Tone.DANGER: "danger",
}


class InfoLine(QWidget):
    """One sentence on a quiet ground of its meaning, with an icon; hidden while empty.

    Args:
        look: colours and sizes.
        name: object name.
        tone: meaning.
        icon: another icon than the meaning's own.
    """

    def __init__(self, look: Look, name: str, tone: Tone, *, icon: str = "") -> None:
        super().__init__()
        self._look = look
        self._tone = tone
        self.setObjectName(name)
        self._text = Text(look, "small", wraps=True)
        self._row = QHBoxLayout(self)
        ink = TONE_INKS[tone]
        self._icon = icon
        self._mark = IconMark(look, icon or TONE_ICONS[tone], ink=ink, size="icon")
        self._row.addWidget(self._mark)
        self._row.addWidget(self._text, 1)
        self.hide()
        look.changed.connect(self._restyle)
        self._restyle()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def show_text(self, sentence: str) -> None:
        """Show a sentence; "" hides the line."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def set_tone(self, tone: Tone) -> None:
        """Change the meaning, and the icon with it."""
        if tone is not self._tone:
            self._tone = tone
            self._mark.show_icon(self._icon or TONE_ICONS[tone], TONE_INKS[tone])
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        neutral = self._tone is Tone.NEUTRAL
        painter.setBrush(look.colour.raised if neutral else look.soft(look.tone(self._tone)))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)

    def _restyle(self) -> None:
        space = self._look.space
        self._row.setContentsMargins(space.s, space.xs, space.s, space.xs)
        self._row.setSpacing(space.xs)
        self.setMinimumHeight(self._look.size.line)


class Blank(QWidget):
    """Instead of content: an icon, a sentence, a line of help and at most one button.

    Args:
        look: colours and sizes.
        name: object name.
        button: object name of the button.
        kind: how much the button asks for attention.
    """

    pressed = Signal()
    """The button."""

    def __init__(self, look: Look, name: str, button: str, kind: ButtonKind = ButtonKind.PLAIN) -> None:
        super().__init__()
        self.setObjectName(name)
        self._mark = IconMark(look, "calendar", size="empty_icon")
        self._title = Text(look, "title", wraps=True)
        self._help = Text(look, "body", ink="muted", wraps=True)
        self._button = Button(look, button, kind)
        self._button.clicked.connect(self.pressed)
        for text in (self._title, self._help):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            text.setMaximumWidth(look.size.blank_width)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.space.l, look.space.l, look.space.l, look.space.l)
        column.setSpacing(look.space.xs)
        column.addStretch(2)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(look.space.xs)
        for text in (self._title, self._help):
            middle = QHBoxLayout()
            middle.addStretch(0)
            middle.addWidget(text, 1)
            middle.addStretch(0)
            column.addLayout(middle)
        column.addSpacing(look.space.m)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    @property
    def button(self) -> Button:
        """The one button."""
        return self._button

    def show_words(self, icon: str, title: str, help_text: str, button: str, *, ink: str = "muted") -> None:
        """Show an icon and words; parts without words are hidden."""
        self._mark.show_icon(icon, ink)
        self._title.setText(title)
        self._help.setText(help_text)
        self._help.setVisible(bool(help_text))
        self._button.set_label(button)
        self._button.setVisible(bool(button))


class Skeleton(QWidget):
    """Grey rows while a list loads, drawn only after 300 ms so that a quick answer never flashes."""

    def __init__(self, look: Look, rows: int = 4) -> None:
        super().__init__()
        self._look = look
        self._rows = rows
        self._drawn = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(look.tokens.duration_ms.skeleton_delay)
        self._patience.timeout.connect(self.lose_patience)
        self.setObjectName("skeleton")

    @property
    def drawn(self) -> bool:
        """Whether the grey rows are visible yet."""
        return self._drawn

    def showEvent(self, event: QShowEvent) -> None:
        """Start to wait."""
        super().showEvent(event)
        self._patience.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the wait."""
        super().hideEvent(event)
        self._patience.stop()
        self._drawn = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows: a card each, with bars where words will stand."""
        if not self._drawn:
            return
        look = self._look
        painter = QPainter(self)
        bar = mix(look.colour.raised, look.colour.border, look.tokens.mix.skeleton)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        row, gap, pad = look.size.row, look.space.xs, look.space.m
        for place in range(self._rows):
            card = QRectF(0, place * (row + gap), self.width(), row)
            painter.setBrush(look.colour.surface)
            painter.drawRoundedRect(card, look.radius.card, look.radius.card)
            painter.setBrush(bar)
            height = look.px(12)
            middle = card.center().y() - height / 2
            hours = look.px(96)
            painter.drawRoundedRect(QRectF(card.x() + pad, middle, hours, height), height / 2, height / 2)
            left = card.x() + pad + hours + look.space.l
            width = (card.width() - left - 2 * pad) * (0.7, 0.5, 0.6, 0.4)[place % 4]
            top = card.y() + row / 2 - height - look.px(3)
            painter.drawRoundedRect(QRectF(left, top, width, height), height / 2, height / 2)
            low = QRectF(left, card.y() + row / 2 + look.px(5), width * 0.6, look.px(10))
            painter.drawRoundedRect(low, low.height() / 2, low.height() / 2)

    def lose_patience(self) -> None:
        """Draw the rows now."""
        self._drawn = True
        self.update()


class Toast(QWidget):
    """One message at a time, floating at the top in the middle of its window.

    Good news goes by itself after six seconds, unless the mouse is on it; trouble stays until
    it is closed.

    Args:
        look: colours and sizes.
        window: where it floats.
        closable: False for a message that stays as long as it is true.
    """

    dismissed = Signal()
    """It was closed, or its time is over."""

    def __init__(self, look: Look, window: QWidget, *, closable: bool = True) -> None:
        super().__init__(window)
        self._look = look
        self._shown_id: int | None = None
        self._margin = look.shadow.blur // 2 + look.shadow.y // 2
        self.setObjectName("toast")
        self._mark = IconMark(look, "info", size="icon")
        self._text = Text(look, "body", wraps=True, name="toastText")
        self.close_button = IconButton(look, "toastClose", "close", size="pill")
        self.close_button.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        side, line = self._margin + look.space.m, self._margin + look.space.s
        row.setContentsMargins(side, line, side, line)
        row.setSpacing(look.space.s)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self.close_button)
        self.close_button.setVisible(closable)  # not before it has a parent: it would be a window of its own
        self.life = QTimer(self)
        self.life.setSingleShot(True)
        self.life.setInterval(look.tokens.duration_ms.toast)
        self.life.timeout.connect(self._expire)
        self.hide()

    @property
    def text(self) -> str:
        """The message, also while hidden."""
        return self._text.text()

    def show_notice(self, sentence: str, tone: Tone, notice_id: int) -> None:
        """Show a message; "" hides it. The same id again changes nothing."""
        if not sentence:
            self._shown_id = None
            self.life.stop()
            self.hide()
            return
        if notice_id == self._shown_id and sentence == self._text.text():
            return
        self._shown_id = notice_id
        self._mark.show_icon(TONE_ICONS[tone], TONE_INKS[tone])
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.place()
        self.show()
        self.raise_()
        self.life.stop()
        if tone not in (Tone.WARNING, Tone.DANGER):
            self.life.start()

    def place(self, top_px: int | None = None) -> None:
        """Take the middle of the window's top edge; call it when the window's size changed."""
        window = self.window()
        look = self._look
        fixed = 2 * (self._margin + look.space.m) + look.size.icon + 2 * look.space.s + look.size.pill
        room = window.width() - 2 * look.space.m + 2 * self._margin
        words = self._text.fontMetrics().horizontalAdvance(self._text.text()) + look.space.xs
        width = min(fixed + words, look.size.toast_width + 2 * self._margin, room)
        height = self.heightForWidth(width)
        top = look.space.m if top_px is None else top_px
        self.setGeometry((window.width() - width) // 2, top - self._margin, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        margin = self._margin
        card = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        paint_card(painter, self._look, card, floats=True)

    def _expire(self) -> None:
        if self.underMouse():
            self.life.start()
        else:
            self._dismiss()

    def _dismiss(self) -> None:
        self.life.stop()
        self.hide()
        self.dismissed.emit()
