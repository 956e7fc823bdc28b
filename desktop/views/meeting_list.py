"""The column of meetings that both apps show: next card, grouped rows, and what stands in for them."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.states import ListPhase, MeetingAction, MeetingGroup, MeetingListState, MeetingRow
from desktop.views.controls import ButtonKind
from desktop.views.meeting_rows import MeetingRowView, NextMeetingCard
from desktop.views.messages import Blank, Skeleton
from desktop.views.tab_order import order_tabs
from desktop.views.text import Text
from desktop.views.theme import Look


def plain(text: str) -> str:
    """Text as search compares it: without accents and capitals."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def matches(row: MeetingRow, wanted: str) -> bool:
    """Whether every word of `wanted` occurs in the meeting's title or the person's name."""
    text = plain(f"{row.title} {row.with_whom.name} {row.with_whom_line}")
    return all(word in text for word in plain(wanted).split())


def next_has_action(state: MeetingListState) -> bool:
    """Whether the next meeting's card carries the window's filled button."""
    return state.next is not None and state.next.action is not MeetingAction.NONE


class MeetingColumn(QScrollArea):
    """Scrolls a column of meetings.

    Args:
        look: colours, fonts and sizes.
        wide: the Hub's form of the next card.
        width: name of the size of the look that the column never exceeds.
    """

    act = Signal(str)
    """A meeting's button; carries its id."""
    chosen = Signal(str, object)
    """A row of a meeting's menu; carries its id and the `RowAction`."""
    selected = Signal(str)
    """A meeting itself was clicked; carries its id."""
    retry = Signal()
    """The error's button."""
    schedule = Signal()
    """The empty list's button."""

    def __init__(self, look: Look, *, wide: bool, width: str) -> None:
        super().__init__()
        self._look = look
        self._wide = wide
        self._rows: dict[str, MeetingRowView] = {}
        self._order: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self._headings: list[Text] = []
        self._phase = ListPhase.LOADING
        self._with_next = True
        self._found = True
        self._chosen_id = ""
        self._head: QWidget | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        self._inside.setAutoFillBackground(False)
        self._inside.setMaximumWidth(getattr(look.size, width))
        self._inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._next: NextMeetingCard | None = None
        self._skeleton = Skeleton(look)
        self._blank = Blank(look, "blank", "blankButton")
        self._blank.pressed.connect(self._blank_pressed)
        self._list = QVBoxLayout()
        self._list.setSpacing(look.space.xs)
        column = QVBoxLayout(self._inside)
        # The frame of a focused button at the edge must not be cut.
        edge = look.space.xxs
        column.setContentsMargins(edge, edge, edge, look.space.m)
        column.setSpacing(look.space.xs)
        self._column = column
        column.addWidget(self._skeleton, 1)
        column.addWidget(self._blank, 1)
        column.addLayout(self._list)
        column.addStretch(0)
        self.setWidget(self._inside)
        self.verticalScrollBar().rangeChanged.connect(self._keep_gutter)
        self._keep_gutter()

    def add_foot(self, widget: QWidget) -> None:
        """Put something under the meetings, at the left."""
        line = QHBoxLayout()
        # A quiet button's words, not its invisible frame, stand in line with the headings.
        line.setContentsMargins(-self._look.space.xs, 0, 0, 0)
        line.addWidget(widget)
        line.addStretch()
        self._column.addLayout(line)

    def add_head(self, widget: QWidget) -> None:
        """Put something above the meetings."""
        self._head = widget
        self._column.insertWidget(0, widget)

    def show_meetings(
        self,
        state: MeetingListState,
        groups: tuple[MeetingGroup, ...],
        *,
        wanted: str = "",
        with_next: bool = True,
    ) -> None:
        """Draw what is to be seen.

        Args:
            state: the list's state.
            groups: the rows to show, which may be the history.
            wanted: words that somebody searches for, "" for everything.
            with_next: whether the next meeting's card is shown.
        """
        shown = tuple(
            MeetingGroup(group.heading, rows)
            for group in groups
            if (rows := tuple(row for row in group.rows if matches(row, wanted)))
        )
        following = state.next if with_next and state.next and matches(state.next, wanted) else None
        self._phase = state.phase
        self._with_next = with_next
        ready = state.phase in (ListPhase.READY, ListPhase.EMPTY)
        self._found = bool(shown or following)
        self._skeleton.setVisible(state.phase is ListPhase.LOADING)
        self._skeleton.setMinimumHeight((self._look.size.row + self._look.space.xs) * 4)
        self._show_next(following if ready else None, state.next_heading)
        self._show_groups(shown if ready else ())
        self._show_blank(state, wanted)
        self.mark_chosen(self._chosen_id)

    def mark_chosen(self, meeting_id: str) -> None:
        """Frame the meeting that the panel is about; "" for none."""
        self._chosen_id = meeting_id
        for view in self._rows.values():
            view.set_chosen(view.row.meeting_id == meeting_id)
        if self._next is not None:
            self._next.set_chosen(self._next.row.meeting_id == meeting_id)

    def _keep_gutter(self) -> None:
        """The scroll bar appears beside the column, which never changes its width for it."""
        bar = self.verticalScrollBar()
        shown = bar.maximum() > bar.minimum()
        self.setViewportMargins(0, 0, 0 if shown else self._look.space.s, 0)

    def _show_next(self, row: MeetingRow | None, heading: str) -> None:
        if row is None:
            if self._next is not None:
                self._next.hide()
            return
        if self._next is None:
            self._next = NextMeetingCard(self._look, row, wide=self._wide)
            self._next.act.connect(self.act)
            self._next.chosen.connect(self.chosen)
            self._next.selected.connect(self.selected)
            self._next.make_selectable()
            self._column.insertWidget(0 if self._head is None else 1, self._next)
        self._next.show_row(row)
        self._next.show_heading(heading)
        self._next.show()

    def _show_groups(self, groups: tuple[MeetingGroup, ...]) -> None:
        order = tuple((group.heading, tuple(row.meeting_id for row in group.rows)) for group in groups)
        if order != self._order:
            self._arrange(groups)
            self._order = order
            # Grow now, not with the next events: no picture may show new rows on top of old ones.
            least = max(self._inside.minimumSizeHint().height(), self.viewport().height())
            self._inside.resize(self._inside.width(), least)
            self._column.activate()
            order_tabs(self._inside)
        else:
            for group in groups:
                for row in group.rows:
                    self._rows[row.meeting_id].show_row(row)
        width = max((view.when_width for view in self._rows.values()), default=0)
        for view in self._rows.values():
            view.align_when(width)

    def _arrange(self, groups: tuple[MeetingGroup, ...]) -> None:
        """Lay rows out anew; those that stay keep their widget, and with it the focus."""
        while self._list.count():
            self._list.takeAt(0)
        for heading in self._headings:
            heading.hide()
            heading.deleteLater()
        self._headings.clear()
        kept: dict[str, MeetingRowView] = {}
        for group in groups:
            self._add_heading(group.heading)
            for row in group.rows:
                view = self._rows.pop(row.meeting_id, None)
                if view is None:
                    view = MeetingRowView(self._look, row, wide=self._wide)
                    view.act.connect(self.act)
                    view.chosen.connect(self.chosen)
                    view.selected.connect(self.selected)
                    view.make_selectable()
                else:
                    view.show_row(row)
                kept[row.meeting_id] = view
                self._list.addWidget(view)
                view.show()
        for gone in self._rows.values():
            gone.hide()
            gone.deleteLater()
        self._rows = kept

    def _add_heading(self, words: str) -> None:
        if not words:
            return
        heading = Text(self._look, "label", ink="muted")
        heading.setText(words)
        if self._list.count() or (self._next is not None and not self._next.isHidden()):
            self._list.addSpacing(self._look.space.s)
        self._headings.append(heading)
        self._list.addWidget(heading)
        heading.show()

    def _show_blank(self, state: MeetingListState, wanted: str) -> None:
        nothing = state.phase in (ListPhase.READY, ListPhase.EMPTY) and not self._found
        self._blank.setVisible(nothing or state.phase is ListPhase.ERROR)
        if state.phase is ListPhase.ERROR:
            error = state.error
            self._blank.show_words(
                "offline", error.sentence if error else "", "", error.action if error else "", ink="warning"
            )
            self._blank.button.set_kind(ButtonKind.FILLED)
        elif nothing and wanted:
            self._blank.show_words(
                "search", self.tr("No meeting found"), self.tr("Try another word, or part of a name."), ""
            )
        elif nothing and not self._with_next:
            self._blank.show_words("history", self.tr("Nothing here yet"), "", "")
        elif nothing:
            button = self.tr("Schedule a meeting") if state.can_schedule else ""
            self._blank.show_words("calendar", state.empty_title, state.empty_help, button)
            self._blank.button.set_kind(ButtonKind.FILLED)

    def _blank_pressed(self) -> None:
        if self._phase is ListPhase.ERROR:
            self.retry.emit()
        else:
            self.schedule.emit()
