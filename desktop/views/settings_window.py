"""The settings window: pages at the left, the rows of one of them at the right."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, SignalInstance
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.view_models.settings_states import RowKind, SettingsPage, SettingsSection, SettingsState
from desktop.view_models.states import Tone
from desktop.views.controls import Control
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.messages import Toast
from desktop.views.setting_rows import KINDS, RowView
from desktop.views.text import Text
from desktop.views.theme import Look


class SettingsIntentions(Protocol):
    """The settings window."""

    @property
    def state(self) -> SettingsState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `SettingsState`."""

    def show_page(self, page: SettingsPage) -> None:
        """Turn to a page."""

    def toggle(self, key: str, on: bool) -> None:
        """Switch something."""

    def choose(self, key: str, value: str) -> None:
        """Choose a value."""

    def edit(self, key: str, text: str) -> None:
        """A text is being typed."""

    def commit(self, key: str) -> None:
        """The text is complete."""

    def press(self, key: str) -> None:
        """A row's button."""


class _PageButton(Control):
    """One page in the rail."""

    def __init__(self, look: Look, page: SettingsPage) -> None:
        super().__init__(look, f"page-{page.value}")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Words and padding."""
        width = QFontMetrics(self.look.font("strong")).horizontalAdvance(self.text())
        return QSize(width + 2 * self.look.space.s, self.look.size.control)

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row, tinted when its page is shown."""
        look, chosen = self.look, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = look.soft(look.colour.primary, look.colour.window) if chosen else look.colour.window
        painter.setBrush(self.shade(ground, look.colour.text))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        painter.setFont(look.font("strong" if chosen else "body"))
        painter.setPen(look.colour.primary if chosen else look.colour.text)
        words = self.rect().adjusted(look.space.s, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())


class SettingsWindow(QWidget):
    """Shows the settings; every change holds at once, so there is nothing to save.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        mark: icon of the product.
    """

    def __init__(self, model: SettingsIntentions, look: Look, *, mark: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._pages: dict[SettingsPage, _PageButton] = {}
        self._rows: dict[tuple[str, RowKind], RowView] = {}
        self._shape: tuple[object, ...] = ()
        self._headings: list[Text] = []
        self.setObjectName("settingsWindow")
        self.setWindowIcon(window_icon(mark))
        self.resize(look.size.settings_width, look.size.settings_height)
        self.setMinimumSize(look.size.settings_min_width, look.size.participant_min_height)
        self._group = QButtonGroup(self)
        self._rail = QVBoxLayout()
        self._title = Text(look, "title", name="settingsTitle")
        self._column = QVBoxLayout()
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self)
        self._lay_out()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self).activated.connect(self.close)
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.close)
        model.changed.connect(self.render_state)
        self._retranslate()

    def render_state(self, state: SettingsState) -> None:
        """Draw a state."""
        for page, title in state.pages:
            button = self._pages.get(page) or self._new_page(page)
            button.setText(title)
            button.setAccessibleName(title)
            button.setChecked(page is state.page)
            button.updateGeometry()
            if page is state.page:
                self._title.setText(title)
        known = {page for page, _ in state.pages}
        for page, button in self._pages.items():
            button.setVisible(page in known)
        self._show_sections(state.page, state.sections)
        tone = Tone.DANGER if state.failed else Tone.SUCCESS
        self._toast.show_notice(state.notice, tone, state.notice_id)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the toast in the middle."""
        super().resizeEvent(event)
        self._toast.place()

    def _new_page(self, page: SettingsPage) -> _PageButton:
        button = self._pages[page] = _PageButton(self._look, page)
        button.clicked.connect(lambda: self._model.show_page(page))
        self._group.addButton(button)
        self._rail.insertWidget(len(self._pages) - 1, button)
        return button

    def _show_sections(self, page: SettingsPage, sections: tuple[SettingsSection, ...]) -> None:
        """Draw the rows; those that stay keep their widget, and with it the focus."""
        shape = (page, *((each.heading, *((row.key, row.kind) for row in each.rows)) for each in sections))
        if shape != self._shape:
            if shape[0] != (self._shape or (None,))[0]:
                self._scroll.verticalScrollBar().setValue(0)
            self._shape = shape
            self._arrange(sections)
        for section in sections:
            for row in section.rows:
                self._rows[row.key, row.kind].show_row(row)

    def _arrange(self, sections: tuple[SettingsSection, ...]) -> None:
        while self._column.count():
            self._column.takeAt(0)
        for heading in self._headings:
            heading.hide()
            heading.deleteLater()
        self._headings = []
        former, self._rows = self._rows, {}
        for section in sections:
            if not section.rows:
                continue
            if self._column.count():
                self._column.addSpacing(self._look.space.m)
            if section.heading:
                heading = Text(self._look, "strong")
                heading.setText(section.heading)
                self._headings.append(heading)
                self._column.addWidget(heading)
            for row in section.rows:
                key = (row.key, row.kind)
                view = former.pop(key, None) or self._new_row(KINDS[row.kind](self._look, row))
                self._rows[key] = view
                self._column.addWidget(view)
                view.show()
        self._column.addStretch()
        for gone in former.values():
            gone.hide()
            gone.deleteLater()

    def _new_row(self, view: RowView) -> RowView:
        view.toggled.connect(self._model.toggle)
        view.chosen.connect(self._model.choose)
        view.edited.connect(self._model.edit)
        view.committed.connect(self._model.commit)
        view.pressed.connect(self._model.press)
        return view

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        rail = QWidget()
        rail.setFixedWidth(look.size.rail)
        rail.setLayout(self._rail)
        self._rail.setContentsMargins(0, 0, 0, 0)
        self._rail.setSpacing(space.xxs)
        self._rail.addStretch()
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(self._column)
        # Room for the focus ring at the left edge.
        self._column.setContentsMargins(space.xxs, space.xxs, space.m, space.m)
        self._column.setSpacing(space.s)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        page = QVBoxLayout()
        page.setSpacing(space.m)
        self._title.setContentsMargins(space.xxs, 0, 0, 0)
        page.addWidget(self._title)
        page.addWidget(self._scroll, 1)
        around = QHBoxLayout(self)
        around.setContentsMargins(space.l, space.l, space.xs, 0)
        around.setSpacing(space.l)
        around.addWidget(rail)
        around.addLayout(page, 1)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Settings"))
        self._toast.close_button.set_name(self.tr("Close this message"))
        self.render_state(self._model.state)
