"""The column at the Hub's left: mark, pages, account; only icons where the window is narrow."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.controls import Control
from desktop.views.fields import IconMark
from desktop.views.icons import paint_icon
from desktop.views.menu import AccountButton
from desktop.views.text import Text
from desktop.views.theme import Look


class Page(Enum):
    """What the rail chooses between; the value names the button and its icon."""

    MEETINGS = "calendar"
    CLIENTS = "people"
    HISTORY = "history"


class _PageButton(Control):
    """One entry of the rail: outlined icon, or filled on a tinted ground when chosen."""

    def __init__(self, look: Look, page: Page) -> None:
        super().__init__(look, f"page-{page.name.lower()}")
        self._page = page
        self._compact = False
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_label(self, text: str) -> None:
        """Name it; the words are hidden while the rail is narrow."""
        self.setText(text)
        self.setAccessibleName(text)
        self._update_tip()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Only the icon."""
        self._compact = compact
        self._update_tip()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the rail, 40 high."""
        return QSize(self.look.size.avatar, self.look.size.avatar)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon and words."""
        look, chosen = self.look, self.isChecked()
        ink = look.colour.primary if chosen else look.colour.text
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = look.soft(look.colour.primary, look.colour.window) if chosen else look.colour.window
        painter.setBrush(self.shade(ground, look.colour.text))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        side = look.size.icon
        left = (self.width() - side) / 2 if self._compact else look.space.s
        icon = self._page.value + ("-filled" if chosen else "")
        place = QRectF(left, (self.height() - side) / 2, side, side)
        paint_icon(painter, icon, ink if chosen else look.colour.muted, place)
        if self._compact:
            return
        painter.setFont(look.font("strong" if chosen else "body"))
        painter.setPen(ink)
        words = QRectF(left + side + look.space.s, 0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _update_tip(self) -> None:
        self.setToolTip(self.text() if self._compact else "")


class Rail(QWidget):
    """The column.

    Args:
        look: colours, fonts and sizes.
        product: the app's name.
        mark: its icon.
    """

    chosen = Signal(object)
    """A page was chosen; carries the `Page`."""

    def __init__(self, look: Look, product: str, mark: str) -> None:
        super().__init__()
        self._look = look
        self._compact = False
        self._product = Text(look, "strong")
        self._product.setText(product)
        self._pages = {page: _PageButton(look, page) for page in Page}
        self.account = AccountButton(look)
        space = look.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space.s, space.l, space.s, space.s)
        column.setSpacing(space.xxs)
        brand = QHBoxLayout()
        brand.setSpacing(space.s)
        brand.setContentsMargins(space.xs, 0, 0, space.m)
        brand.addWidget(IconMark(look, mark, size="room_icon"))
        brand.addWidget(self._product, 1)
        column.addLayout(brand)
        group = QButtonGroup(self)
        for page, button in self._pages.items():
            group.addButton(button)
            column.addWidget(button)
            button.clicked.connect(lambda _checked=False, page=page: self.chosen.emit(page))
        column.addStretch()
        column.addWidget(self.account)
        self.setFixedWidth(look.size.rail)
        look.changed.connect(self.update)
        self.retranslate()

    def show_page(self, page: Page) -> None:
        """Mark the page that is shown."""
        self._pages[page].setChecked(True)

    def set_compact(self, compact: bool) -> None:
        """Only icons."""
        if compact == self._compact:
            return
        self._compact = compact
        self.setFixedWidth(self._look.size.rail_collapsed if compact else self._look.size.rail)
        self._product.setVisible(not compact)
        self.account.set_compact(compact)
        for button in self._pages.values():
            button.set_compact(compact)

    def retranslate(self) -> None:
        """Speak the new language."""
        self._pages[Page.MEETINGS].set_label(self.tr("Meetings"))
        self._pages[Page.CLIENTS].set_label(self.tr("Clients"))
        self._pages[Page.HISTORY].set_label(self.tr("History"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line towards the page."""
        painter = QPainter(self)
        line = self._look.line.border
        painter.setPen(QPen(self._look.colour.border, line))
        painter.drawLine(self.width() - line, 0, self.width() - line, self.height())
