"""The keys of the room, listed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.views.room.shortcuts import Keys, written
from desktop.views.room.side_panels import SidePanel
from desktop.views.text import Text
from desktop.views.theme import Look


class KeyCaps(QWidget):
    """Keys, drawn as keys.

    Args:
        look: fonts and colours; the stage's.
        keys: alternatives, as Qt writes them on every system.
    """

    def __init__(self, look: Look, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._look = look
        self._keys = keys
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def _words(self) -> list[str]:
        """As this system writes them, in the language of the moment."""
        return [written(each) for each in self._keys]

    def sizeHint(self) -> QSize:
        """The alternatives under each other."""
        look = self._look
        metrics = QFontMetrics(look.font("label"))
        width = max(metrics.horizontalAdvance(words) for words in self._words)
        height = (look.size.pill + look.space.xxs) * len(self._words) - look.space.xxs
        return QSize(width + 2 * look.space.xs, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a frame around each."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font("label"))
        metrics = painter.fontMetrics()
        for place, words in enumerate(self._words):
            width = metrics.horizontalAdvance(words) + 2 * look.space.xs
            top = place * (look.size.pill + look.space.xxs)
            cap = QRectF(self.width() - width, top, width, look.size.pill).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QPen(look.colour.border, look.line.border))
            painter.setBrush(look.colour.raised)
            painter.drawRoundedRect(cap, look.radius.field, look.radius.field)
            painter.setPen(look.colour.text)
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, words)


class HelpPanel(SidePanel):
    """What can be done by keyboard.

    Args:
        look: the stage's look.
    """

    def __init__(self, look: Look) -> None:
        super().__init__(look, "helpPanel")
        self._words = {
            keys: Text(look, "body", wraps=True, name=f"help-{keys.name.lower()}") for keys in Keys
        }
        grid = QGridLayout()
        grid.setContentsMargins(0, look.space.xs, look.space.xs, 0)
        grid.setVerticalSpacing(look.space.s)
        grid.setColumnStretch(0, 1)
        for row, (keys, words) in enumerate(self._words.items()):
            grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
            caps = KeyCaps(look, keys.value)
            grid.addWidget(caps, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._talk = Text(look, "body", wraps=True, name="help-talk")
        self._space = KeyCaps(look, ("Space",))
        last = grid.rowCount()
        grid.addWidget(self._talk, last, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._space, last, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(grid)
        self.column.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        """Speak the new language."""
        self.set_title(self.tr("Keyboard shortcuts"), self.tr("Close the shortcuts"))
        words = {
            Keys.MICROPHONE: self.tr("Microphone on or off"),
            Keys.CAMERA: self.tr("Camera on or off"),
            Keys.HAND: self.tr("Raise or lower your hand"),
            Keys.SHARE: self.tr("Share the screen, or stop"),
            Keys.CHAT: self.tr("Chat"),
            Keys.PEOPLE: self.tr("Participants"),
            Keys.FULL_SCREEN: self.tr("Full screen"),
            Keys.TO_THE_BAR: self.tr("Go to the buttons"),
            Keys.HELP: self.tr("This list"),
            Keys.LEAVE: self.tr("Leave (asks first)"),
        }
        self._talk.setText(self.tr("Hold to talk while muted"))
        for keys, label in self._words.items():
            label.setText(words[keys])
            label.setAccessibleName(f"{words[keys]}, {', '.join(written(each) for each in keys.value)}")
