"""The Hub's panel about the selected client, at the right of the list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.hub_states import ClientDetail, ClientsState, PastLine
from desktop.views.controls import Button, ButtonKind
from desktop.views.fields import IconMark
from desktop.views.hub_intentions import ClientsIntentions
from desktop.views.panel import Panel
from desktop.views.text import Avatar, ElidedText, Pill, Text
from desktop.views.theme import Look

_MEETINGS_AT_MOST = 30


class ClientPanel(Panel):
    """Who somebody is, his invitation, his meetings; hidden while nobody is selected.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
    """

    def __init__(self, model: ClientsIntentions, look: Look) -> None:
        super().__init__(look, "clientPanel", "closeClientButton")
        self._model = model
        self._avatar = Avatar(look, "avatar")
        self._pill = Pill(look)
        self._email = Text(look, "body", wraps=True, name="clientEmail")
        self._email.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts = Text(look, "small", ink="muted", wraps=True)
        self._invite_line = Text(look, "small", ink="muted", wraps=True, name="inviteLine")
        self._link = ElidedText(look, "small", ink="primary", name="inviteLink")
        self._copy = Button(look, "copyInviteButton", icon="link")
        self._again = Button(look, "inviteAgainButton")
        self._plan = Button(look, "planWithButton", icon="plus")
        self._edit = Button(look, "editClientButton")
        self._reactivate = Button(look, "reactivateButton")
        self._close_account = Button(look, "deactivateButton", ButtonKind.QUIET)
        self._error = Text(look, "small", ink="danger", wraps=True)
        self._meetings_label = Text(look, "label")
        self._total = Text(look, "small", ink="muted", tabular=True, name="clientTotal")
        self._none = Text(look, "body", ink="muted")
        self._past = QVBoxLayout()
        self._past.setSpacing(look.space.xs)
        self._lines: list[QWidget] = []
        self._shown: tuple[PastLine, ...] | None = None
        self._lay_out()
        for button, action in (
            (self.close_button, model.dismiss),
            (self._copy, model.copy_link),
            (self._again, model.invite_again),
            (self._plan, model.plan),
            (self._edit, model.edit),
            (self._reactivate, model.reactivate),
            (self._close_account, model.ask_to_deactivate),
        ):
            button.clicked.connect(action)
        model.changed.connect(self.render_state)
        self._retranslate()
        self.render_state(model.state)

    def render_state(self, state: ClientsState) -> None:
        """Draw a state."""
        detail = state.selected
        self.set_open(detail is not None)
        if detail is None:
            return
        self.title.setText(detail.person.name)
        self._avatar.set_person(detail.person)
        self._pill.show_state(detail.pill, detail.pill_tone)
        for text, words in (
            (self._email, detail.email),
            (self._facts, " · ".join(detail.facts)),
            (self._invite_line, detail.invite_line),
            (self._link, detail.link),
            (self._error, detail.error.sentence if detail.error else ""),
            (self._total, detail.total),
        ):
            text.setText(words)
            text.setVisible(bool(words))
        self._copy.setVisible(bool(detail.link))
        self._again.setVisible(detail.can_invite)
        self._plan.setVisible(detail.can_plan)
        self._edit.setVisible(detail.can_edit)
        self._reactivate.setVisible(detail.can_reactivate)
        self._close_account.setVisible(detail.can_deactivate)
        for button in (self._again, self._reactivate):
            button.set_busy(detail.busy)
        self._close_account.setEnabled(not detail.busy)
        self._show_past(detail)
        self.setAccessibleName(detail.person.name)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.render_state(self._model.state)

    def _show_past(self, detail: ClientDetail) -> None:
        self._none.setVisible(not detail.meetings)
        if detail.meetings == self._shown:
            return
        self._shown = detail.meetings
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(each) for each in detail.meetings[:_MEETINGS_AT_MOST]]
        for line in self._lines:
            self._past.addWidget(line)

    def _line(self, each: PastLine) -> QWidget:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title = ElidedText(self.look, "body")
        title.setText(each.title)
        when = ElidedText(self.look, "small", ink="muted", tabular=True)
        when.setText(each.line)
        column.addWidget(title)
        column.addWidget(when)
        return line

    def _lay_out(self) -> None:
        space = self.look.space
        head = QHBoxLayout()
        head.setSpacing(space.s)
        head.addWidget(self._avatar)
        about = QVBoxLayout()
        about.setSpacing(space.xxs)
        about.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignLeft)
        about.addWidget(self._email)
        head.addLayout(about, 1)
        self.content.addLayout(head)
        self.content.addWidget(self._facts)
        self.content.addWidget(self._error)
        invitation = QVBoxLayout()
        invitation.setSpacing(space.xs)
        invitation.addWidget(self._invite_line)
        invitation.addWidget(self._link)
        row = QHBoxLayout()
        row.setSpacing(space.xs)
        row.addWidget(self._copy)
        row.addWidget(self._again)
        row.addStretch()
        invitation.addLayout(row)
        self.content.addLayout(invitation)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.xs)
        for button in (self._plan, self._reactivate, self._edit):
            buttons.addWidget(button)
        buttons.addStretch()
        self.content.addLayout(buttons)
        heading = QHBoxLayout()
        heading.setSpacing(space.xxs)
        heading.addWidget(IconMark(self.look, "history"))
        heading.addWidget(self._meetings_label, 1)
        heading.addWidget(self._total)
        self.content.addLayout(heading)
        self.content.addWidget(self._none)
        self.content.addLayout(self._past)
        self.content.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(-space.xs, 0, 0, 0)
        foot.addWidget(self._close_account)
        foot.addStretch()
        self.content.addLayout(foot)

    def _retranslate(self) -> None:
        self.close_button.set_name(self.tr("Close the panel"))
        self._copy.set_label(self.tr("Copy the link"))
        self._again.set_label(self.tr("Invite again"))
        self._plan.set_label(self.tr("Schedule"))
        self._edit.set_label(self.tr("Edit"))
        self._reactivate.set_label(self.tr("Reactivate"))
        self._close_account.set_label(self.tr("Deactivate…"))
        self._meetings_label.setText(self.tr("Meetings"))
        self._none.setText(self.tr("No meeting yet"))
