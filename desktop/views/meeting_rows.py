"""One meeting on screen: as a row of a list, and as the large card of the next one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from desktop.view_models.states import MeetingAction, MeetingRow, RowAction, Tone
from desktop.views.cards import Card
from desktop.views.controls import Button, ButtonKind
from desktop.views.row_menu import RowMenuButton
from desktop.views.text import Avatar, ElidedText, Pill, Text
from desktop.views.theme import Look


class _MeetingCard(Card):
    """The parts that a row and the large card share."""

    act = Signal(str)
    """The button was pressed; carries the meeting's id."""
    chosen = Signal(str, object)
    """A row of the menu was taken; carries the meeting's id and the `RowAction`."""
    selected = Signal(str)
    """The card itself was clicked, or taken by the keyboard; carries the meeting's id."""

    def __init__(self, look: Look, row: MeetingRow, kind: ButtonKind, *, large: bool, avatar: str) -> None:
        super().__init__(look)
        self.row = row
        self.taken.connect(lambda: self.selected.emit(self.row.meeting_id))
        self.title = ElidedText(look, "strong")
        self.avatar = Avatar(look, avatar)
        self.with_whom = ElidedText(look, "small", ink="muted")
        self.pill = Pill(look)
        self.ready = Pill(look)
        self.ready.setObjectName(f"ready-{row.meeting_id}")
        self.button = Button(look, f"meetingAction-{row.meeting_id}", kind, large=large)
        self.button.clicked.connect(lambda: self.act.emit(self.row.meeting_id))
        self.menu = RowMenuButton(look, row.meeting_id)
        self.menu.chosen.connect(self._choose)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_row(self, row: MeetingRow) -> None:
        """Draw another state of the same meeting."""
        self.row = row
        self.title.setText(row.title)
        self.title.set_struck(row.struck)
        self.title.set_ink("muted" if row.struck else "text")
        self.avatar.set_person(row.with_whom)
        self.avatar.setVisible(self.avatar.parent() is not None and bool(row.with_whom.initials))
        self.with_whom.setText(row.with_whom_line or row.with_whom.name)
        self.pill.show_state(row.pill, row.pill_tone)
        self.ready.show_state(row.ready, row.ready_tone)
        self.ready.setToolTip(row.ready_tooltip)
        self.button.set_label(row.action_label)
        self.button.setVisible(row.action is not MeetingAction.NONE)
        self.button.set_busy(row.busy)
        self.button.setAccessibleDescription(row.title)
        self.menu.set_actions(row.menu)
        self.menu.setAccessibleDescription(row.title)
        self.setToolTip(row.tooltip)
        self.setAccessibleName(row.accessible)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu, also by the right button and the menu key."""
        self.menu.open_menu()

    def _choose(self, action: RowAction) -> None:
        self.chosen.emit(self.row.meeting_id, action)


class MeetingRowView(_MeetingCard):
    """A meeting as a row 64 high: hours, title and person, state, button.

    Args:
        look: colours, fonts and sizes.
        row: the meeting.
        wide: with the person's avatar; a narrow row keeps that room for the title.
    """

    def __init__(self, look: Look, row: MeetingRow, *, wide: bool) -> None:
        super().__init__(look, row, ButtonKind.PLAIN, large=False, avatar="row_avatar")
        self.setObjectName(f"meeting-{row.meeting_id}")
        self._wide = wide
        self._hours = Text(look, "strong", tabular=True)
        self._relative = Text(look, "small", ink="muted", tabular=True)
        self.setMinimumHeight(look.size.row)
        when = QVBoxLayout()
        when.setSpacing(0)
        when.addStretch()
        when.addWidget(self._hours)
        when.addWidget(self._relative)
        when.addStretch()
        person = QHBoxLayout()
        person.setSpacing(look.space.xs)
        person.addWidget(self.with_whom, 1)
        what = QVBoxLayout()
        what.setSpacing(0)
        what.addStretch()
        what.addWidget(self.title)
        what.addLayout(person)
        what.addStretch()
        line = QHBoxLayout(self)
        line.setContentsMargins(look.space.m, look.space.xs, look.space.m, look.space.xs)
        line.setSpacing(look.space.m)
        line.addLayout(when)
        if wide:
            line.addWidget(self.avatar)
        line.addLayout(what, 1)
        line.addWidget(self.ready)
        line.addWidget(self.pill)
        line.addWidget(self.button)
        # Its icon, not its invisible frame, stands in line with the card's padding.
        line.addWidget(self.menu)
        self.show_row(row)

    def show_row(self, row: MeetingRow) -> None:
        """Draw another state of the same meeting."""
        super().show_row(row)
        self._hours.setText(row.hours)
        second = row.relative or row.date
        self._relative.setText(second)
        self._relative.setVisible(bool(second))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room for the title where the row is narrow."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """In a narrow row the avatar goes, and a state that the button says as well."""
        roomy = not self._wide or self.width() >= self.look.size.row_roomy
        self.avatar.setVisible(self._wide and roomy and bool(self.row.with_whom.initials))
        said = self.row.pill_tone is Tone.NEUTRAL and self.row.action is not MeetingAction.NONE
        self.pill.setVisible(bool(self.row.pill) and (roomy or not said) and (roomy or not self.row.ready))

    @property
    def when_width(self) -> int:
        """Width that the hours ask for, in pixels."""
        return max(self._hours.sizeHint().width(), self._relative.sizeHint().width())

    def align_when(self, width_px: int) -> None:
        """Give the hours the width that all rows of the list share."""
        self._hours.setFixedWidth(width_px)
        self._relative.setFixedWidth(width_px)


class NextMeetingCard(_MeetingCard):
    """The next meeting: the largest thing on screen.

    Args:
        look: colours, fonts and sizes.
        row: the meeting.
        wide: the Hub's form with the button at the right; else the button takes the full width.
    """

    def __init__(self, look: Look, row: MeetingRow, *, wide: bool) -> None:
        super().__init__(look, row, ButtonKind.FILLED, large=True, avatar="avatar")
        self.setObjectName("nextMeeting")
        self._wide = wide
        self._heading = Text(look, "label", ink="muted")
        self._when = Text(look, "title", tabular=True, wraps=not wide)
        self._relative = Text(look, "body", ink="muted", tabular=True)
        column = QVBoxLayout(self)
        pad = look.space.l if wide else look.space.m
        column.setContentsMargins(pad, pad - look.space.xxs, pad, pad)
        column.setSpacing(look.space.xxs)
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self.ready)
        top.addWidget(self.pill)
        column.addLayout(top)
        when = QHBoxLayout()
        when.setSpacing(look.space.s)
        when.addWidget(self._when, 0 if wide else 1)
        column.addLayout(when)
        if wide:
            when.addWidget(self._relative, 0, Qt.AlignmentFlag.AlignBottom)
            when.addStretch(1)
        else:
            column.addWidget(self._relative)
        column.addSpacing(look.space.xs)
        foot = QHBoxLayout()
        foot.setSpacing(look.space.s)
        foot.addWidget(self.avatar)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.with_whom)
        foot.addLayout(words, 1)
        if wide:
            foot.addWidget(self.menu)
            foot.addWidget(self.button)
            column.addLayout(foot)
        else:
            foot.addWidget(self.menu)
            column.addLayout(foot)
            column.addSpacing(look.space.xs)
            self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            column.addWidget(self.button)
        self.show_row(row)

    def show_heading(self, heading: str) -> None:
        """The words above: "Your next meeting"."""
        self._heading.setText(heading)

    def show_row(self, row: MeetingRow) -> None:
        """Draw another state of the same meeting, or another meeting."""
        self.button.setObjectName(f"meetingAction-{row.meeting_id}")
        self.menu.setObjectName(f"meetingMenu-{row.meeting_id}")
        self.ready.setObjectName(f"ready-{row.meeting_id}")
        super().show_row(row)
        self._when.setText(" · ".join(part for part in (row.day, row.hours) if part))
        self._relative.setText(row.relative)
        self._relative.setVisible(bool(row.relative) and row.relative != row.pill)
