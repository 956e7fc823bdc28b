"""Menus of our own: rows with an icon, and the account's menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from desktop.view_models.names import with_name
from desktop.view_models.states import PersonState
from desktop.views.controls import Control
from desktop.views.dropdown import Dropdown
from desktop.views.icons import paint_icon
from desktop.views.text import paint_avatar
from desktop.views.theme import Look

_RIM = (1 + 2**-0.5) / 2
"""Where a circle's rim meets its diagonal, as a share of the diameter."""


class MenuRow(Control):
    """One row of a menu: icon, words, and perhaps a smaller second line.

    Args:
        look: colours, fonts and sizes.
        name: object name.
        icon: name of the icon.
        ink: name of a colour of the look, for icon and words.
    """

    def __init__(self, look: Look, name: str, icon: str, *, ink: str = "text") -> None:
        super().__init__(look, name)
        self._icon = icon
        self._ink = ink
        self._second = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, text: str, second: str = "") -> None:
        """Change the words and the second line."""
        self.setText(text)
        self._second = second
        self.setAccessibleName(text)
        self.setAccessibleDescription(second)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, words and padding; 44 high, 60 with a second line."""
        look = self.look
        width = max(
            QFontMetrics(look.font("body")).horizontalAdvance(self.text()),
            QFontMetrics(look.font("small")).horizontalAdvance(self._second),
        )
        height = look.size.room_control + (look.space.m if self._second else 0)
        return QSize(width + look.size.icon + 3 * look.space.s, height)

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row."""
        look = self.look
        ink = getattr(look.colour, self._ink)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(look.colour.surface, look.colour.text))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        side = look.size.icon
        paint_icon(painter, self._icon, ink, QRectF(look.space.s, (self.height() - side) / 2, side, side))
        left = 2 * look.space.s + side
        words = QRectF(left, 0, self.width() - left, self.height())
        painter.setFont(look.font("body"))
        painter.setPen(ink)
        if not self._second:
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
            return
        upper, lower = look.line_height("body"), look.line_height("small")
        top = (self.height() - upper - lower) / 2
        painter.drawText(QRectF(left, top, words.width(), upper), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(look.font("small"))
        painter.setPen(look.colour.muted)
        second = QRectF(left, top + upper, words.width(), lower)
        painter.drawText(second, Qt.AlignmentFlag.AlignVCenter, self._second)


class AccountButton(Control):
    """Who is logged in, and whether the line is up; opens the account's menu.

    Args:
        look: colours, fonts and sizes.
    """

    settings = Signal()
    """The menu's first row."""
    sign_out = Signal()
    """The menu's last row."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "accountButton")
        self._person = PersonState()
        self._online = True
        self._compact = False
        self._menu: Dropdown | None = None
        self._row: MenuRow | None = None
        self._settings_row: MenuRow | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self._name_it()

    def show_person(self, person: PersonState, *, online: bool) -> None:
        """Show somebody and the state of the line."""
        self._person = person
        self._online = online
        self._name_it()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Only the avatar, with a dot for the line."""
        if compact != self._compact:
            self._compact = compact
            horizontal = QSizePolicy.Policy.Fixed if compact else QSizePolicy.Policy.Expanding
            self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
            self.updateGeometry()
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name_it()
            self.update()

    def sizeHint(self) -> QSize:
        """An avatar with room around it."""
        if self._compact:
            return self.minimumSizeHint()
        return QSize(self.look.size.rail - self.look.space.l, self.look.size.avatar + self.look.space.xs)

    def minimumSizeHint(self) -> QSize:
        """At least the avatar."""
        side = self.look.size.row_avatar + self.look.space.xs
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw avatar, name and line."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.window, colour.text))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        side = look.size.row_avatar
        inset = (self.height() - side) / 2
        paint_avatar(painter, look, self._person, QRectF(inset, inset, side, side))
        dot = look.px(8)
        ink = colour.success if self._online else colour.muted
        if self._compact:
            corner = inset + side * _RIM - dot / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour.window)
            painter.drawEllipse(QRectF(corner - 2, corner - 2, dot + 4, dot + 4))
            painter.setBrush(ink)
            painter.drawEllipse(QRectF(corner, corner, dot, dot))
            return
        left = inset + side + look.space.s
        upper, lower = look.line_height("body") - 2, look.line_height("small")
        top = (self.height() - upper - lower) / 2
        width = self.width() - left - look.space.xs
        font = look.font("strong")
        painter.setFont(font)
        painter.setPen(colour.text)
        name = QFontMetrics(font).elidedText(self._person.name, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QRectF(left, top, width, upper), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QRectF(left, top + upper + (lower - dot) / 2, dot, dot))
        painter.setFont(look.font("small"))
        painter.setPen(colour.muted)
        rest = QRectF(left + dot + look.space.xxs + 2, top + upper, width, lower)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._line())

    def _line(self) -> str:
        return self.tr("Online") if self._online else self.tr("Offline")

    def _name_it(self) -> None:
        words = with_name(self.tr("Account of {name}"), self._person.name)
        self.setAccessibleName(f"{words}, {self._line()}")
        self.setToolTip(f"{self._person.name} · {self._line()}" if self._compact else "")
        if self._row is not None:
            self._row.set_words(self.tr("Sign out"))
        if self._settings_row is not None:
            self._settings_row.set_words(self.tr("Settings"))

    def _open(self) -> None:
        if self._menu is not None and self._menu.isVisible():
            self._menu.hide()
            return
        if self._menu is None or self._row is None or self._settings_row is None:
            self._menu = Dropdown(self.look, "accountMenu", self)
            self._settings_row = MenuRow(self.look, "settingsButton", "settings")
            self._settings_row.clicked.connect(self._menu.hide)
            self._settings_row.clicked.connect(self.settings)
            self._menu.content.addWidget(self._settings_row)
            self._row = MenuRow(self.look, "signOutButton", "sign-out")
            self._row.clicked.connect(self._menu.hide)
            self._row.clicked.connect(self.sign_out)
            self._menu.content.addWidget(self._row)
            self._name_it()
        self._menu.open_above()
        self._settings_row.setFocus(Qt.FocusReason.PopupFocusReason)
