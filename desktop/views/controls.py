"""Buttons, chips and check boxes, painted by us so that no two of them look of different hands."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from desktop.views.focus_ring import keyboard_focus
from desktop.views.icons import paint_icon
from desktop.views.theme import Look, mix


class Control(QAbstractButton):
    """What all buttons share: hover that fades in, the focus ring, repainting with the look."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self.look = look
        self.setObjectName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._hover = 0.0
        self._fade = QVariantAnimation(self)
        self._fade.valueChanged.connect(self._fade_to)
        look.changed.connect(self.updateGeometry)
        look.changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses a button, as Space does; on a box or a chip it belongs to the form."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.isCheckable():
                event.ignore()
            else:
                self.click()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Fade the hover in."""
        self._fade_towards(1.0)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Fade the hover out."""
        self._fade_towards(0.0)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the keyboard brought the focus."""
        super().focusInEvent(event)
        keyboard_focus(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        keyboard_focus(self, event)

    def changeEvent(self, event: QEvent) -> None:
        """Show a hand only where a click does something."""
        if event.type() == QEvent.Type.EnabledChange:
            shape = Qt.CursorShape.PointingHandCursor if self.isEnabled() else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
        super().changeEvent(event)

    def shade(self, ground: QColor, ink: QColor) -> QColor:
        """The ground as it looks now: pointed at, held, or neither."""
        mixes = self.look.tokens.mix
        share = mixes.press if self.isDown() else mixes.hover * self._hover
        return mix(ink, ground, share) if self.isEnabled() else ground

    def _fade_towards(self, end: float) -> None:
        if not self.isEnabled():
            end = 0.0
        self._fade.stop()
        self._fade.setStartValue(self._hover)
        self._fade.setEndValue(end)
        self._fade.setDuration(self.look.duration_ms(self.look.tokens.duration_ms.hover))
        self._fade.start()

    def _fade_to(self, value: float) -> None:
        self._hover = value
        self.update()


class ButtonKind(Enum):
    """How much a button asks for attention."""

    FILLED = "filled"
    """The one main action of a window."""
    PLAIN = "plain"
    """Anything else."""
    QUIET = "quiet"
    """A link: no frame until pointed at."""
    DANGER = "danger"
    """Ends something for others."""


class Button(Control):
    """A button with words, and perhaps an icon before them.

    Args:
        look: colours, fonts and sizes.
        name: object name.
        kind: how much it asks for attention.
        icon: name of an icon, "" for none.
        large: 44 high instead of 36.
    """

    def __init__(
        self,
        look: Look,
        name: str,
        kind: ButtonKind = ButtonKind.PLAIN,
        *,
        icon: str = "",
        large: bool = False,
    ) -> None:
        super().__init__(look, name)
        self._kind = kind
        self._icon = icon
        self._large = large
        self._busy = False
        self._compact = False

    @property
    def kind(self) -> ButtonKind:
        """How much it asks for attention."""
        return self._kind

    def set_kind(self, kind: ButtonKind) -> None:
        """Change how much it asks for attention."""
        if kind is not self._kind:
            self._kind = kind
            self.update()

    def set_label(self, text: str) -> None:
        """Change the words; they are also what a screen reader says."""
        if text != self.text():
            # Only "&" pairs survive: a meeting's words never make a shortcut.
            self.setText(text.replace("&", "&&"))
            self.setAccessibleName(text)
            self.updateGeometry()

    def set_compact(self, compact: bool) -> None:
        """Show only the icon where there is no room for words; they become the tool tip."""
        if compact != self._compact and self._icon:
            self._compact = compact
            self.setToolTip(self.accessibleName() if compact else "")
            self.updateGeometry()
            self.update()

    def set_busy(self, busy: bool) -> None:
        """While busy the button keeps its place and colour, shows three dots and takes no click."""
        if busy != self._busy:
            self._busy = busy
            self.setEnabled(not busy)
            self.update()

    def sizeHint(self) -> QSize:
        """Words, icon and padding."""
        look = self.look
        if self._compact:
            return QSize(look.size.control, look.size.control)
        padding = look.space.xs if self._kind is ButtonKind.QUIET else look.space.m
        width = QFontMetrics(look.font("strong")).horizontalAdvance(self._words()) + 2 * padding
        if self._icon:
            width += look.size.icon + look.space.xs
        return QSize(width, look.size.room_control if self._large else look.size.control)

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, frame, icon and words."""
        look = self.look
        ground, ink, frame = self._colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled() and not self._busy:
            painter.setOpacity(look.tokens.mix.disabled)
        outline = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if frame is not None:
            painter.setPen(QPen(frame, look.line.border))
            outline.adjust(0.5, 0.5, -0.5, -0.5)
        if ground is not None:
            painter.setBrush(self.shade(ground, ink))
            painter.drawRoundedRect(outline, look.radius.field, look.radius.field)
        if self._busy:
            paint_dots(painter, look, ink, QRectF(self.rect()))
            return
        font = look.font("strong")
        width = QFontMetrics(font).horizontalAdvance(self._words())
        gap = 0 if self._compact else look.space.xs
        left = (self.width() - width - (look.size.icon + gap if self._icon else 0)) / 2
        if self._icon:
            side = look.size.icon
            paint_icon(painter, self._icon, ink, QRectF(left, (self.height() - side) / 2, side, side))
            left += side + look.space.xs
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(
            QRectF(left, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, self._words()
        )

    def _words(self) -> str:
        if self._compact:
            return ""
        return self.text().replace("&&", "&")

    def _colours(self) -> tuple[QColor | None, QColor, QColor | None]:
        """Ground, ink and frame; None where nothing is drawn."""
        colour = self.look.colour
        if self._kind is ButtonKind.FILLED:
            return colour.primary, colour.on_primary, None
        if self._kind is ButtonKind.DANGER:
            return colour.leave, colour.on_leave, None
        if self._kind is ButtonKind.PLAIN:
            return colour.surface, colour.text, colour.border
        pointed = self._hover > 0.0 or self.isDown()
        return (self.look.soft(colour.primary) if pointed else None), colour.primary, None


def paint_dots(painter: QPainter, look: Look, ink: QColor, target: QRectF, lit: int = -1) -> None:
    """Three dots in the middle of `target`; the one at `lit` is full, -1 for all alike."""
    side = look.px(6)
    gap = look.px(6)
    left = target.center().x() - (3 * side + 2 * gap) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    for place in range(3):
        dot = QColor(ink)
        if lit >= 0 and place != lit:
            dot.setAlphaF(look.tokens.mix.disabled)
        painter.setBrush(dot)
        painter.drawEllipse(QRectF(left + place * (side + gap), target.center().y() - side / 2, side, side))


class IconButton(Control):
    """A button that is only an icon; its name is what a screen reader says and the tool tip shows.

    Args:
        look: colours and sizes.
        name: object name.
        icon: name of the icon.
        size: name of a size of the look, the side of the button.
    """

    def __init__(self, look: Look, name: str, icon: str, *, size: str = "control") -> None:
        super().__init__(look, name)
        self._icon = icon
        self._ink = "muted"
        self._size = size

    def set_icon(self, icon: str, *, ink: str = "muted") -> None:
        """Change the drawing, and the name of its colour."""
        if (icon, ink) != (self._icon, self._ink):
            self._icon, self._ink = icon, ink
            self.update()

    def set_name(self, text: str, *, shortcut: str = "") -> None:
        """Change what it is called; `shortcut` is added to the tool tip."""
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({shortcut})" if shortcut else text)

    def sizeHint(self) -> QSize:
        """A square."""
        side = getattr(self.look.size, self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """A square."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon, on a ground while pointed at."""
        look = self.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        if self._hover > 0.0 or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.shade(look.colour.raised, look.colour.text))
            painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        side = min(look.size.icon, self.height())
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._icon, getattr(look.colour, self._ink), place)


class Chip(Control):
    """One of a few values, of which one is chosen."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name)
        self.setCheckable(True)
        self.setProperty("round", True)

    def sizeHint(self) -> QSize:
        """Words and padding."""
        width = QFontMetrics(self.look.font("strong", tabular=True)).horizontalAdvance(self.text())
        return QSize(width + 2 * self.look.space.m, self.look.size.control)

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip, tinted and framed in primary when chosen."""
        look, chosen = self.look, self.isChecked()
        ink = look.colour.primary if chosen else look.colour.text
        ground = look.soft(look.colour.primary) if chosen else look.colour.surface
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        painter.setPen(QPen(look.colour.primary if chosen else look.colour.border, look.line.border))
        painter.setBrush(self.shade(ground, ink))
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(outline, outline.height() / 2, outline.height() / 2)
        painter.setFont(look.font("strong" if chosen else "body", tabular=True))
        painter.setPen(ink)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class CheckBox(Control):
    """A box with a tick and words beside it."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name)
        self.setCheckable(True)

    def set_label(self, text: str) -> None:
        """Change the words; they are also what a screen reader says."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Box and words."""
        look = self.look
        width = QFontMetrics(look.font("body")).horizontalAdvance(self.text())
        return QSize(
            look.size.icon + look.space.xs + width + 2, max(look.size.icon, look.line_height("body"))
        )

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, tick and words."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        side = look.size.icon
        box = QRectF(0, (self.height() - side) / 2, side, side).adjusted(1.5, 1.5, -1.5, -1.5)
        checked = self.isChecked()
        painter.setPen(QPen(colour.primary if checked else colour.muted, look.line.border * 1.5))
        painter.setBrush(self.shade(colour.primary if checked else colour.surface, colour.text))
        painter.drawRoundedRect(box, look.px(4), look.px(4))
        if checked:
            inner = look.px(12)
            place = QRectF(box.center().x() - inner / 2, box.center().y() - inner / 2, inner, inner)
            paint_icon(painter, "check", colour.on_primary, place)
        painter.setFont(look.font("body"))
        painter.setPen(colour.text)
        words = QRectF(side + look.space.xs, 0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
