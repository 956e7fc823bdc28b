"""MiKL Hub's window: a rail at the left, the page it chose at the right."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.states import ListPhase, MeetingGroup, MeetingListState, Tone
from desktop.views.controls import Button, ButtonKind, Control
from desktop.views.fields import FieldFrame, IconMark, LineEditor
from desktop.views.focus_ring import FocusRing
from desktop.views.hub_intentions import HubModels
from desktop.views.icons import paint_icon, window_icon
from desktop.views.meeting_list import MeetingColumn, next_has_action
from desktop.views.meeting_panel import MeetingPanel
from desktop.views.menu import AccountButton
from desktop.views.messages import InfoLine, Toast
from desktop.views.text import Text
from desktop.views.theme import Look
from resources.brand import HUB


class Page(Enum):
    """What the rail chooses between; the value names the button and its icon."""

    MEETINGS = "calendar"
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


class _Rail(QWidget):
    """The column at the left: mark, pages, account."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line towards the page."""
        painter = QPainter(self)
        line = self._look.line.border
        painter.setPen(QPen(self._look.colour.border, line))
        painter.drawLine(self.width() - line, 0, self.width() - line, self.height())


class HubWindow(QWidget):
    """The operator's window.

    Args:
        models: states and intentions.
        look: colours, fonts and sizes.
    """

    settings_requested = Signal()
    """The account menu's *Settings*, or Ctrl+comma."""

    def __init__(self, models: HubModels, look: Look) -> None:
        super().__init__()
        self._models = models
        model = self._model = models.meetings
        self._look = look
        self._page = Page.MEETINGS
        self._compact = False
        self.setObjectName("hubWindow")
        self.setWindowTitle(HUB.name)
        self.setWindowIcon(window_icon("mark-hub"))
        self.setMinimumSize(look.size.hub_min_width, look.size.hub_min_height)
        self.resize(look.size.hub_width, look.size.hub_height)
        self._product = Text(look, "strong")
        self._product.setText(HUB.name)
        self._rail = _Rail(look)
        self._pages = {page: _PageButton(look, page) for page in Page}
        self._account = AccountButton(look)
        self._account.sign_out.connect(model.sign_out)
        self._account.settings.connect(self.settings_requested)
        self._title = Text(look, "title", name="pageTitle")
        frame = FieldFrame(look)
        frame.add(IconMark(look, "search", size="small_icon"))
        self._search = LineEditor(look, "searchField", frame)
        self._search.setClearButtonEnabled(False)
        frame.add(self._search, stretch=1)
        frame.setFixedWidth(look.size.search_field)
        self._search_frame = frame
        self._schedule = Button(look, "scheduleButton", ButtonKind.FILLED, icon="plus")
        self._start_now = Button(look, "startNowButton", icon="play")
        self._offline = InfoLine(look, "offlineLine", Tone.WARNING, icon="offline")
        self._trouble = InfoLine(look, "errorLine", Tone.DANGER)
        self._store = InfoLine(look, "storeNote", Tone.NEUTRAL, icon="lock")
        self._column = MeetingColumn(look, wide=True, width="list_width")
        self._panel = MeetingPanel(models.panel, look)
        self._content = QWidget()
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self)
        self._lay_out()
        self._connect()
        model.changed.connect(self.render_state)
        self._retranslate()
        self.render_state(model.state)
        self._show_panel()

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._page

    def show_page(self, page: Page) -> None:
        """Change the page."""
        self._page = page
        self._pages[page].setChecked(True)
        self.render_state(self._model.state)

    def render_state(self, state: MeetingListState) -> None:
        """Draw a state."""
        self._account.show_person(state.me, online=not state.offline and state.phase is not ListPhase.ERROR)
        self._title.setText(self._heading(state))
        self._offline.show_text(state.offline)
        trouble = state.error if state.phase is not ListPhase.ERROR else None
        self._trouble.show_text(trouble.sentence if trouble else "")
        self._store.show_text(state.store_note)
        self._schedule.setVisible(state.can_schedule and self._page is Page.MEETINGS)
        self._start_now.setVisible(state.can_schedule and self._page is Page.MEETINGS)
        alone = state.phase is ListPhase.READY and not next_has_action(state)
        self._schedule.set_kind(ButtonKind.FILLED if alone else ButtonKind.PLAIN)
        self._search_frame.setVisible(state.phase is ListPhase.READY)
        self._show_meetings()
        self._toast.show_notice(state.notice, state.notice_tone, state.notice_id)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.render_state(self._model.state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Collapse the rail to icons where the window is narrow."""
        super().resizeEvent(event)
        self._set_compact(self.width() < self._look.size.hub_collapse_width)
        self._share_width()
        self._toast.place()

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        rail = QVBoxLayout(self._rail)
        rail.setContentsMargins(space.s, space.l, space.s, space.s)
        rail.setSpacing(space.xxs)
        brand = QHBoxLayout()
        brand.setSpacing(space.s)
        brand.setContentsMargins(space.xs, 0, 0, space.m)
        brand.addWidget(IconMark(look, "mark-hub", size="room_icon"))
        brand.addWidget(self._product, 1)
        rail.addLayout(brand)
        group = QButtonGroup(self)
        for page, button in self._pages.items():
            group.addButton(button)
            rail.addWidget(button)
            button.clicked.connect(lambda _checked=False, page=page: self.show_page(page))
        self._pages[self._page].setChecked(True)
        rail.addStretch()
        rail.addWidget(self._account)
        top = QHBoxLayout()
        top.setContentsMargins(space.xxs, 0, space.xxs + space.s, 0)
        top.setSpacing(space.s)
        top.addWidget(self._title, 1)
        top.addWidget(self._search_frame)
        top.addWidget(self._start_now)
        top.addWidget(self._schedule)
        top_line = QWidget()
        top_line.setLayout(top)
        top_line.setFixedHeight(look.size.control)
        lines = QVBoxLayout()
        lines.setContentsMargins(space.xxs, 0, space.xxs + space.s, 0)
        lines.setSpacing(space.xs)
        for line in (self._offline, self._trouble, self._store):
            lines.addWidget(line)
        inside = QWidget()
        inside.setMaximumWidth(look.size.list_width + 2 * space.xxs + space.s)
        content = QVBoxLayout(inside)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(space.m)
        content.addWidget(top_line)
        content.addLayout(lines)
        content.addWidget(self._column, 1)
        right = QHBoxLayout(self._content)
        # The column's gutter for its scroll bar is part of the padding at the right.
        right.setContentsMargins(space.l - space.xxs, space.l, space.l - space.xxs - space.s, 0)
        right.addWidget(inside)
        around = QHBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(self._rail)
        around.addWidget(self._content, 1)
        around.addWidget(self._panel)
        self._rail.setFixedWidth(look.size.rail)

    def _connect(self) -> None:
        model = self._model
        self._schedule.clicked.connect(model.schedule)
        self._start_now.clicked.connect(model.start_now)
        self._column.act.connect(model.act)
        self._column.chosen.connect(model.choose)
        self._column.selected.connect(model.select)
        self._models.panel.changed.connect(self._show_panel)
        self._column.retry.connect(model.retry)
        self._column.schedule.connect(model.schedule)
        self._toast.dismissed.connect(model.dismiss_notice)
        self._search.textChanged.connect(self._show_meetings)
        for keys, action in (
            (QKeySequence.StandardKey.New, self._schedule.click),
            (QKeySequence.StandardKey.Find, self._focus_search),
            (QKeySequence.StandardKey.Refresh, model.retry),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the panel away."""
        if event.key() == Qt.Key.Key_Escape and not self._panel.isHidden():
            self._models.panel.dismiss()
            return
        super().keyPressEvent(event)

    def _show_panel(self) -> None:
        row = self._models.panel.state.row
        self._column.mark_chosen(row.meeting_id if row is not None else "")
        self._share_width()

    def _share_width(self) -> None:
        """Beside the panel the list needs room for its rows; where there is none, the panel takes it all."""
        size = self._look.size
        open_ = not self._panel.isHidden()
        left = self.width() - self._rail.width() - size.hub_panel
        alone = open_ and left < size.list_least
        self._content.setVisible(not alone)
        self._start_now.set_compact((left if open_ else left + size.hub_panel) < size.header_roomy)
        self._panel.setMinimumWidth(size.hub_panel)
        self._panel.setMaximumWidth(self.width() if alone else size.hub_panel)

    def _focus_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def _show_meetings(self) -> None:
        state = self._model.state
        history = self._page is Page.HISTORY
        groups = (MeetingGroup("", state.history),) if history else state.groups
        self._column.show_meetings(state, groups, wanted=self._search.text(), with_next=not history)

    def _heading(self, state: MeetingListState) -> str:
        return self.tr("History") if self._page is Page.HISTORY else state.greeting or self.tr("Meetings")

    def _set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        self._rail.setFixedWidth(self._look.size.rail_collapsed if compact else self._look.size.rail)
        self._product.setVisible(not compact)
        self._account.set_compact(compact)
        for button in self._pages.values():
            button.set_compact(compact)

    def _retranslate(self) -> None:
        self._pages[Page.MEETINGS].set_label(self.tr("Meetings"))
        self._pages[Page.HISTORY].set_label(self.tr("History"))
        self._schedule.set_label(self.tr("Schedule"))
        self._schedule.setToolTip(self.tr("Schedule a meeting"))
        self._start_now.set_label(self.tr("Start now"))
        self._search.setPlaceholderText(self.tr("Search"))
        self._search.setAccessibleName(self.tr("Search meetings"))
        self._toast.close_button.set_name(self.tr("Close this message"))
