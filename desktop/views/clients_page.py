"""The Hub's clients: rows, and what stands in for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.hub_states import ClientGroup, ClientRow, ClientsState
from desktop.view_models.states import ListPhase
from desktop.views.cards import Card
from desktop.views.controls import ButtonKind
from desktop.views.meeting_list import plain
from desktop.views.messages import Blank, Skeleton
from desktop.views.tab_order import order_tabs
from desktop.views.text import Avatar, ElidedText, Pill, Text
from desktop.views.theme import Look


class ClientRowView(Card):
    """One client: face, name, next or last meeting, state.

    Args:
        look: colours, fonts and sizes.
        row: the client.
    """

    def __init__(self, look: Look, row: ClientRow) -> None:
        super().__init__(look)
        self.row = row
        self.make_selectable()
        self.setObjectName(f"client-{row.client_id}")
        self.setMinimumHeight(look.size.row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._avatar = Avatar(look, "avatar")
        self._name = ElidedText(look, "strong")
        self._line = ElidedText(look, "small", ink="muted", tabular=True)
        self._pill = Pill(look)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(self._name)
        words.addWidget(self._line)
        words.addStretch()
        line = QHBoxLayout(self)
        line.setContentsMargins(look.space.m, look.space.xs, look.space.m, look.space.xs)
        line.setSpacing(look.space.m)
        line.addWidget(self._avatar)
        line.addLayout(words, 1)
        line.addWidget(self._pill)
        self.show_row(row)

    def show_row(self, row: ClientRow) -> None:
        """Draw another state of the same client."""
        self.row = row
        self._avatar.set_person(row.person)
        self._name.setText(row.person.name)
        self._line.setText(row.line)
        self._pill.show_state(row.pill, row.pill_tone)
        self.setAccessibleName(row.accessible)


class ClientColumn(QScrollArea):
    """Scrolls the clients.

    Args:
        look: colours, fonts and sizes.
        width: name of the size of the look that the column never exceeds.
    """

    selected = Signal(str)
    """A client was taken; carries his id."""
    retry = Signal()
    """The error's button."""
    invite = Signal()
    """The empty page's button."""

    def __init__(self, look: Look, width: str) -> None:
        super().__init__()
        self._look = look
        self._state = ClientsState()
        self._wanted = ""
        self._rows: dict[str, ClientRowView] = {}
        self._headings: list[Text] = []
        self._order: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self.setObjectName("clientColumn")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        self._inside.setMaximumWidth(getattr(look.size, width))
        self._skeleton = Skeleton(look)
        self._skeleton.setMinimumHeight((look.size.row + look.space.xs) * 4)
        self._blank = Blank(look, "clientsBlank", "clientsBlankButton", ButtonKind.FILLED)
        self._blank.pressed.connect(self._pressed)
        self._list = QVBoxLayout()
        self._list.setSpacing(look.space.xs)
        column = QVBoxLayout(self._inside)
        edge = look.space.xxs
        column.setContentsMargins(edge, edge, edge, look.space.m)
        column.setSpacing(look.space.xs)
        column.addWidget(self._skeleton, 1)
        column.addWidget(self._blank, 1)
        column.addLayout(self._list)
        column.addStretch(0)
        self._column = column
        self.setWidget(self._inside)
        self.verticalScrollBar().rangeChanged.connect(self._keep_gutter)
        self._keep_gutter()

    def show_clients(self, state: ClientsState, wanted: str) -> None:
        """Draw those whose name has every word of `wanted`."""
        self._state, self._wanted = state, wanted
        words = plain(wanted).split()
        groups = tuple(
            ClientGroup(group.heading, rows)
            for group in state.groups
            if (
                rows := tuple(
                    row for row in group.rows if all(word in plain(row.person.name) for word in words)
                )
            )
        )
        self._skeleton.setVisible(state.phase is ListPhase.LOADING)
        order = tuple((group.heading, tuple(row.client_id for row in group.rows)) for group in groups)
        if order != self._order:
            self._order = order
            self._arrange(groups)
        for group in groups:
            for row in group.rows:
                self._rows[row.client_id].show_row(row)
        chosen = state.selected.client_id if state.selected is not None else ""
        for view in self._rows.values():
            view.set_chosen(view.row.client_id == chosen)
        self._show_blank(found=bool(groups))

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.show_clients(self._state, self._wanted)

    def _arrange(self, groups: tuple[ClientGroup, ...]) -> None:
        """Lay rows out anew; those that stay keep their widget, and with it the focus."""
        while self._list.count():
            self._list.takeAt(0)
        for heading in self._headings:
            heading.hide()
            heading.deleteLater()
        self._headings = []
        kept: dict[str, ClientRowView] = {}
        for group in groups:
            if group.heading:
                heading = Text(self._look, "label", ink="muted")
                heading.setText(group.heading)
                self._list.addSpacing(self._look.space.s)
                self._list.addWidget(heading)
                self._headings.append(heading)
            for row in group.rows:
                view = self._rows.pop(row.client_id, None)
                if view is None:
                    view = ClientRowView(self._look, row)
                    view.taken.connect(lambda view=view: self.selected.emit(view.row.client_id))
                kept[row.client_id] = view
                self._list.addWidget(view)
                view.show()
        for gone in self._rows.values():
            gone.hide()
            gone.deleteLater()
        self._rows = kept
        self._column.activate()
        order_tabs(self._inside)

    def _show_blank(self, *, found: bool) -> None:
        state = self._state
        nothing = state.phase in (ListPhase.READY, ListPhase.EMPTY) and not found
        self._blank.setVisible(nothing or state.phase is ListPhase.ERROR)
        if state.phase is ListPhase.ERROR:
            error = state.error
            self._blank.show_words(
                "offline", error.sentence if error else "", "", error.action if error else "", ink="warning"
            )
        elif nothing and self._wanted:
            self._blank.show_words("search", self.tr("No client found"), self.tr("Try part of a name."), "")
        elif nothing:
            self._blank.show_words(
                "people",
                self.tr("Invite your first client"),
                self.tr("Your client gets a link by e-mail, chooses a password and sees your meetings."),
                self.tr("Invite a client"),
            )

    def _pressed(self) -> None:
        if self._state.phase is ListPhase.ERROR:
            self.retry.emit()
        else:
            self.invite.emit()

    def _keep_gutter(self) -> None:
        """The scroll bar appears beside the column, which never changes its width for it."""
        bar = self.verticalScrollBar()
        shown = bar.maximum() > bar.minimum()
        self.setViewportMargins(0, 0, 0 if shown else self._look.space.s, 0)
