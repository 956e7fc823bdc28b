"""MiKL Hub's window: a rail at the left, the page it chose, and the panel about what is selected there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import ListPhase, MeetingListState, Tone
from desktop.views.client_panel import ClientPanel
from desktop.views.clients_page import ClientColumn
from desktop.views.controls import ButtonKind
from desktop.views.day_strip import DayStrip
from desktop.views.focus_ring import FocusRing
from desktop.views.history_bar import HistoryBar
from desktop.views.hub_header import HubHeader
from desktop.views.hub_intentions import HubModels
from desktop.views.icons import window_icon
from desktop.views.meeting_list import MeetingColumn, next_has_action
from desktop.views.meeting_panel import MeetingPanel
from desktop.views.messages import InfoLine, Toast
from desktop.views.panel import Panel
from desktop.views.rail import Page, Rail
from desktop.views.theme import Look
from resources.brand import HUB


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
        self._model = models.meetings
        self._look = look
        self._page = Page.MEETINGS
        self.setObjectName("hubWindow")
        self.setWindowTitle(HUB.name)
        self.setWindowIcon(window_icon("mark-hub"))
        self.setMinimumSize(look.size.hub_min_width, look.size.hub_min_height)
        self.resize(look.size.hub_width, look.size.hub_height)
        self._rail = Rail(look, HUB.name, "mark-hub")
        self._header = HubHeader(look)
        self._offline = InfoLine(look, "offlineLine", Tone.WARNING, icon="offline")
        self._trouble = InfoLine(look, "errorLine", Tone.DANGER)
        self._store = InfoLine(look, "storeNote", Tone.NEUTRAL, icon="lock")
        self._column = MeetingColumn(look, wide=True, width="list_width")
        self._day = DayStrip(models.day, look)
        self._column.add_head(self._day)
        self._history = HistoryBar(models.history, look)
        self._clients = ClientColumn(look, "list_width")
        self._panel = MeetingPanel(models.panel, look)
        self._client_panel = ClientPanel(models.clients, look)
        self._content = QWidget()
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self)
        self._lay_out()
        self._connect()
        self._retranslate()
        self.show_page(self._page)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self._page

    def show_page(self, page: Page) -> None:
        """Change the page."""
        changed, self._page = page is not self._page, page
        self._rail.show_page(page)
        self._column.setVisible(page is not Page.CLIENTS)
        self._clients.setVisible(page is Page.CLIENTS)
        self._day.allow(page is Page.MEETINGS)
        self._panel.allow(page is not Page.CLIENTS)
        self._client_panel.allow(page is Page.CLIENTS)
        self.render_state(self._model.state)
        if changed and page is Page.CLIENTS:
            self._models.clients.refresh()

    def render_state(self, state: MeetingListState) -> None:
        """Draw a state of the list."""
        clients = self._models.clients.state
        on_clients = self._page is Page.CLIENTS
        online = not state.offline and state.phase is not ListPhase.ERROR
        self._rail.account.show_person(state.me, online=online)
        self._offline.show_text((clients.offline or state.offline) if on_clients else state.offline)
        trouble = state.error if state.phase is not ListPhase.ERROR and not on_clients else None
        self._trouble.show_text(trouble.sentence if trouble else "")
        self._store.show_text(state.store_note)
        phase = clients.phase if on_clients else state.phase
        self._header.show_page(
            self._page,
            self._heading(state),
            searchable=phase is ListPhase.READY,
            allowed=state.can_schedule,
        )
        alone = state.phase is ListPhase.READY and not next_has_action(state)
        self._header.schedule.set_kind(ButtonKind.FILLED if alone else ButtonKind.PLAIN)
        ready = clients.phase is ListPhase.READY
        self._header.invite.set_kind(ButtonKind.FILLED if ready else ButtonKind.PLAIN)
        self._history.setVisible(self._page is Page.HISTORY and state.phase is ListPhase.READY)
        self._show_rows()
        self._show_panels()
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
        self._rail.set_compact(self.width() < self._look.size.hub_collapse_width)
        self._share_width()
        self._toast.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the panel away."""
        panel = self._open_panel()
        if event.key() == Qt.Key.Key_Escape and panel is not None:
            panel.close_button.click()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
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
        content.addWidget(self._header)
        content.addLayout(lines)
        content.addWidget(self._history)
        content.addWidget(self._column, 1)
        content.addWidget(self._clients, 1)
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
        around.addWidget(self._client_panel)

    def _connect(self) -> None:
        model, clients = self._model, self._models.clients
        self._rail.chosen.connect(self.show_page)
        self._rail.account.sign_out.connect(model.sign_out)
        self._rail.account.settings.connect(self.settings_requested)
        self._header.schedule.clicked.connect(model.schedule)
        self._header.start_now.clicked.connect(model.start_now)
        self._header.invite.clicked.connect(clients.invite)
        self._header.searched.connect(self._show_rows)
        self._day.selected.connect(model.select)
        self._models.history.changed.connect(self._show_rows)
        self._column.act.connect(model.act)
        self._column.chosen.connect(model.choose)
        self._column.selected.connect(model.select)
        self._column.retry.connect(model.retry)
        self._column.schedule.connect(model.schedule)
        self._clients.selected.connect(clients.select)
        self._clients.retry.connect(clients.refresh)
        self._clients.invite.connect(clients.invite)
        self._toast.dismissed.connect(model.dismiss_notice)
        model.changed.connect(self.render_state)
        self._models.panel.changed.connect(self._show_panels)
        clients.changed.connect(lambda _state: self.render_state(self._model.state))
        for keys, action in (
            (QKeySequence.StandardKey.New, self._make_new),
            (QKeySequence.StandardKey.Find, self._header.focus_search),
            (QKeySequence.StandardKey.Refresh, self._refresh),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _make_new(self) -> None:
        """What Ctrl+N makes on this page."""
        (self._header.invite if self._page is Page.CLIENTS else self._header.schedule).click()

    def _refresh(self) -> None:
        self._model.retry()
        if self._page is Page.CLIENTS:
            self._models.clients.refresh()

    def _show_rows(self) -> None:
        """Draw the page's rows as far as the search leaves them."""
        state, wanted = self._model.state, self._header.wanted
        if self._page is Page.CLIENTS:
            self._clients.show_clients(self._models.clients.state, wanted)
            return
        history = self._page is Page.HISTORY
        groups = self._models.history.state.groups if history else state.groups
        self._column.show_meetings(state, groups, wanted=wanted, with_next=not history)

    def _show_panels(self) -> None:
        row = self._models.panel.state.row
        self._column.mark_chosen(row.meeting_id if row is not None else "")
        self._share_width()

    def _open_panel(self) -> Panel | None:
        return next((panel for panel in (self._panel, self._client_panel) if panel.is_open), None)

    def _share_width(self) -> None:
        """Beside a panel the list needs room for its rows; where there is none, the panel takes it all."""
        size, panel = self._look.size, self._open_panel()
        room = self.width() - self._rail.width()
        left = room - size.hub_panel if panel is not None else room
        alone = panel is not None and left < size.list_least
        self._content.setVisible(not alone)
        self._header.set_compact(left < size.header_roomy)
        for each in (self._panel, self._client_panel):
            each.setMinimumWidth(size.hub_panel)
            each.setMaximumWidth(self.width() if alone else size.hub_panel)

    def _heading(self, state: MeetingListState) -> str:
        if self._page is Page.CLIENTS:
            return self.tr("Clients")
        return self.tr("History") if self._page is Page.HISTORY else state.greeting or self.tr("Meetings")

    def _retranslate(self) -> None:
        self._rail.retranslate()
        self._header.retranslate()
        self._toast.close_button.set_name(self.tr("Close this message"))
