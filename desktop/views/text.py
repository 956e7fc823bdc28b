"""Words on a window: labels of the type scale, pills and avatars."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.view_models.states import PersonState, Tone
from desktop.views.theme import Look


class Text(QLabel):
    """A label in one step of the type scale and one of the look's colours.

    Args:
        look: fonts and colours.
        role: step of the type scale.
        ink: name of a colour of the look.
        wraps: break into lines instead of asking for the full width.
        tabular: digits of one width, for hours and counters.
        name: object name.
    """

    def __init__(
        self,
        look: Look,
        role: str = "body",
        *,
        ink: str = "text",
        wraps: bool = False,
        tabular: bool = False,
        name: str = "",
    ) -> None:
        super().__init__()
        self._look = look
        self._role = role
        self._ink = ink
        self._tabular = tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self.setObjectName(name)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        look.changed.connect(self._restyle)
        self._restyle()

    def minimumSizeHint(self) -> QSize:
        """Wrapped words ask for height by their width; Qt's guess of both at once is too high."""
        if not self.wordWrap():
            return super().minimumSizeHint()
        return QSize(self.fontMetrics().averageCharWidth() * 8, self.minimumHeight())

    def set_ink(self, ink: str) -> None:
        """Change the colour, by its name in the look."""
        self._ink = ink
        self._restyle()

    def set_struck(self, struck: bool) -> None:
        """Strike the words through: what they name is cancelled."""
        font = self.font()
        font.setStrikeOut(struck)
        self.setFont(font)

    def _restyle(self) -> None:
        font = self._look.font(self._role, tabular=self._tabular)
        font.setStrikeOut(self.font().strikeOut())
        self.setFont(font)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, getattr(self._look.colour, self._ink))
        self.setPalette(palette)
        self.setMinimumHeight(self._look.line_height(self._role))


class ElidedText(Text):
    """A label of one line that ends in "…" where there is no room; a tool tip then shows all."""

    def __init__(
        self, look: Look, role: str = "body", *, ink: str = "text", tabular: bool = False, name: str = ""
    ) -> None:
        super().__init__(look, role, ink=ink, tabular=tabular, name=name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """A few letters are enough."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), self.alignment() | Qt.TextFlag.TextSingleLine, shown)


def paint_avatar(painter: QPainter, look: Look, person: PersonState, target: QRectF) -> None:
    """Draw a person's initials on their tint, in a circle."""
    tint = look.avatars[person.tint % len(look.avatars)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tint.fill))
    painter.drawEllipse(target)
    font = look.font("strong")
    font.setPixelSize(max(8, round(target.height() * 0.38)))
    painter.setFont(font)
    painter.setPen(QColor(tint.ink))
    painter.drawText(target, Qt.AlignmentFlag.AlignCenter, person.initials)


class Avatar(QWidget):
    """A person's initials in a circle; decoration, since the name stands beside it.

    Args:
        look: fonts, colours and sizes.
        size: name of a size of the look.
    """

    def __init__(self, look: Look, size: str = "avatar") -> None:
        super().__init__()
        self._look = look
        self._size = size
        self._person = PersonState()
        look.changed.connect(self._restyle)
        self._restyle()

    @property
    def person(self) -> PersonState:
        """Whose initials are shown."""
        return self._person

    def set_person(self, person: PersonState) -> None:
        """Show somebody."""
        if person != self._person:
            self._person = person
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circle."""
        painter = QPainter(self)
        paint_avatar(painter, self._look, self._person, QRectF(self.rect()))

    def _restyle(self) -> None:
        side = getattr(self._look.size, self._size)
        self.setFixedSize(side, side)
        self.update()


class Pill(QWidget):
    """A state in one or two words on a quiet ground of its meaning's colour, with a dot before it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._text = ""
        self._tone = Tone.NEUTRAL
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._restyle)

    @property
    def text(self) -> str:
        """The words."""
        return self._text

    def show_state(self, text: str, tone: Tone) -> None:
        """Show a state; without words the pill is hidden."""
        self._text = text
        self._tone = tone
        self.setVisible(bool(text))
        self._restyle()

    def sizeHint(self) -> QSize:
        """Words, dot and padding."""
        look = self._look
        width = QFontMetrics(look.font("pill", tabular=True)).horizontalAdvance(self._text)
        return QSize(width + self._dot_width() + 2 * look.space.xs + 2, look.size.pill)

    def minimumSizeHint(self) -> QSize:
        """A pill is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, dot and words."""
        look = self._look
        ink = look.tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        neutral = self._tone is Tone.NEUTRAL
        painter.setBrush(look.colour.raised if neutral else look.soft(ink))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        left = look.space.xs
        if self._dot_width():
            painter.setBrush(ink)
            side = look.px(6)
            painter.drawEllipse(QRectF(left + 1, (self.height() - side) / 2, side, side))
            left += self._dot_width()
        painter.setFont(look.font("pill", tabular=True))
        painter.setPen(ink)
        painter.drawText(
            QRectF(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, self._text
        )

    def _dot_width(self) -> int:
        return 0 if self._tone is Tone.NEUTRAL else self._look.px(6) + self._look.px(6)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def widest(metrics: QFontMetrics, texts: list[str]) -> int:
    """Width of the widest of `texts`, in pixels; 0 for none."""
    return max((metrics.horizontalAdvance(text) for text in texts), default=0)


def below(widget: QWidget, inside: QWidget, gap_px: int) -> QPoint:
    """Where something that hangs under `widget` starts, in coordinates of `inside`."""
    return widget.mapTo(inside, QPoint(0, widget.height() + gap_px))
