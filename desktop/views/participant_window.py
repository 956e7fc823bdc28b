"""MiKL Visio's window: the next meeting, what follows, and history behind a link."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import ListPhase, MeetingGroup, MeetingListState, Tone
from desktop.views.controls import Button, ButtonKind
from desktop.views.focus_ring import FocusRing
from desktop.views.hub_intentions import PanelIntentions
from desktop.views.icons import window_icon
from desktop.views.intentions import MeetingListIntentions
from desktop.views.meeting_list import MeetingColumn
from desktop.views.meeting_panel import MeetingPanel
from desktop.views.menu import AccountButton
from desktop.views.messages import InfoLine, Toast
from desktop.views.text import ElidedText
from desktop.views.theme import Look
from resources.brand import PARTICIPANT


class ParticipantWindow(QWidget):
    """The client's window, one column.

    Args:
        model: state and intentions of the list.
        panel: those of the panel about the selected meeting.
        look: colours, fonts and sizes.
    """

    settings_requested = Signal()
    """The account menu's *Settings*, or Ctrl+comma."""
    test_requested = Signal()
    """*Test my setup*."""

    def __init__(self, model: MeetingListIntentions, panel: PanelIntentions, look: Look) -> None:
        super().__init__()
        self._model = model
        self._panel_model = panel
        self._look = look
        self._history_shown = False
        self.setObjectName("participantWindow")
        self.setWindowTitle(PARTICIPANT.name)
        self.setWindowIcon(window_icon("mark-visio"))
        self.setMinimumSize(look.size.participant_min_width, look.size.participant_min_height)
        self.resize(look.size.participant_width, look.size.participant_height)
        self._greeting = ElidedText(look, "title", name="greeting")
        self._account = AccountButton(look)
        self._account.set_compact(True)
        self._account.sign_out.connect(model.sign_out)
        self._account.settings.connect(self.settings_requested)
        self._offline = InfoLine(look, "offlineLine", Tone.WARNING, icon="offline")
        self._trouble = InfoLine(look, "errorLine", Tone.DANGER)
        self._store = InfoLine(look, "storeNote", Tone.NEUTRAL, icon="lock")
        self._column = MeetingColumn(look, wide=False, width="content_width")
        self._history = Button(look, "historyButton", ButtonKind.QUIET)
        self._test = Button(look, "testButton", ButtonKind.QUIET)
        self._panel = MeetingPanel(panel, look)
        self._content = QWidget()
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self)
        self._lay_out()
        self._column.act.connect(model.act)
        self._column.chosen.connect(model.choose)
        self._column.selected.connect(model.select)
        self._column.retry.connect(model.retry)
        self._toast.dismissed.connect(model.dismiss_notice)
        self._history.clicked.connect(self._toggle_history)
        self._test.clicked.connect(self.test_requested)
        settings = QShortcut(QKeySequence("Ctrl+,"), self)
        settings.activated.connect(self.settings_requested)
        refresh = QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self)
        refresh.activated.connect(model.retry)
        model.changed.connect(self.render_state)
        panel.changed.connect(self._show_panel)
        self._retranslate()
        self._show_panel()

    @property
    def history_shown(self) -> bool:
        """Whether past meetings are unfolded."""
        return self._history_shown

    def render_state(self, state: MeetingListState) -> None:
        """Draw a state."""
        self._greeting.setText(state.greeting)
        self._account.show_person(state.me, online=not state.offline and state.phase is not ListPhase.ERROR)
        self._offline.show_text(state.offline)
        trouble = state.error if state.phase is not ListPhase.ERROR else None
        self._trouble.show_text(trouble.sentence if trouble else "")
        self._store.show_text(state.store_note)
        past = MeetingGroup(self.tr("History"), state.history)
        groups = (*state.groups, past) if self._history_shown and state.history else state.groups
        self._column.show_meetings(state, groups)
        ready = state.phase in (ListPhase.READY, ListPhase.EMPTY)
        self._history.setVisible(ready and bool(state.history))
        self._toast.show_notice(state.notice, state.notice_tone, state.notice_id)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the toast in the middle."""
        super().resizeEvent(event)
        self._show_panel()
        self._toast.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the panel away."""
        if event.key() == Qt.Key.Key_Escape and self._panel.is_open:
            self._panel.close_button.click()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        top = QHBoxLayout()
        top.setSpacing(space.s)
        top.setContentsMargins(space.xxs, 0, space.s, 0)
        top.addWidget(self._greeting, 1)
        top.addWidget(self._account)
        lines = QVBoxLayout()
        lines.setSpacing(space.xs)
        lines.setContentsMargins(space.xxs, 0, space.xxs + space.s, 0)
        for line in (self._offline, self._trouble, self._store):
            lines.addWidget(line)
        inside = QWidget()
        inside.setMaximumWidth(look.size.content_width + space.s)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.m)
        column.addLayout(top)
        column.addLayout(lines)
        self._column.add_foot(self._history)
        self._column.add_foot(self._test)
        column.addWidget(self._column, 1)
        around = QHBoxLayout(self._content)
        # The column's gutter for its scroll bar is part of the padding at the right.
        around.setContentsMargins(space.l - space.xxs, space.m, space.l - space.xxs - space.s, 0)
        around.addStretch(0)
        around.addWidget(inside, 1, Qt.AlignmentFlag(0))
        around.addStretch(0)
        both = QHBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(self._content, 1)
        both.addWidget(self._panel)

    def _show_panel(self) -> None:
        """Beside the list where the window is wide enough for both, else in its place."""
        size = self._look.size
        alone = self._panel.is_open and self.width() - size.hub_panel < size.participant_min_width
        if alone and self._content.isVisible():
            self._panel.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._content.setVisible(not alone)
        self._panel.setMinimumWidth(min(size.hub_panel, self.width()))
        self._panel.setMaximumWidth(self.width() if alone else size.hub_panel)
        row = self._panel_model.state.row
        self._column.mark_chosen(row.meeting_id if row is not None else "")

    def _toggle_history(self) -> None:
        self._history_shown = not self._history_shown
        self._retranslate()

    def _retranslate(self) -> None:
        shown = self._history_shown
        self._history.set_label(self.tr("Hide past meetings") if shown else self.tr("Show past meetings"))
        self._test.set_label(self.tr("Test my setup"))
        self._toast.close_button.set_name(self.tr("Close this message"))
        self.render_state(self._model.state)
