"""Inviting a client, or changing his name, language and time zone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimeZone, SignalInstance
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.view_models.states import ClientChoice, PersonState
from desktop.views.dialogs.client_field import PickFrame
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.dialogs.invite_form import LanguageRow
from desktop.views.fields import Field, FieldFrame, LineEditor
from desktop.views.text import Text
from desktop.views.theme import Look


class ClientDialog(FormDialog):
    """Show it with `open()`.

    Args:
        look: colours, fonts and sizes.
        draft: what the fields begin with; with an address, the client exists and keeps it.
        send: takes what was typed.
        edited: told that somebody types.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        look: Look,
        draft: InviteDraft,
        send: Callable[[InviteDraft], None],
        edited: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(look, "clientDialog", parent=parent)
        self._send = send
        self._new = not draft.email
        self._name, self._name_field = self._line("clientNameField")
        self._email, self._email_field = self._line("clientEmailField")
        self._language = LanguageRow(look)
        self._language_label = Text(look, "label")
        self._zone = PickFrame(look, "zoneField", "zoneListButton", faces=False)
        self._zone_field = Field(look, self._zone.editor, self._zone)
        self._zone.set_clients(_zones())
        self._name.setText(draft.name)
        self._email.setText(draft.email)
        self._email.setReadOnly(not self._new)
        self._email_field.setEnabled(self._new)
        self._language.choose(draft.language)
        self._zone.choose(draft.time_zone)
        for field in (self._name_field, self._email_field):
            self.form.addWidget(field)
        language = QVBoxLayout()
        language.setSpacing(look.space.xxs)
        language.addWidget(self._language_label)
        language.addWidget(self._language)
        self.form.addLayout(language)
        self.form.addWidget(self._zone_field)
        self._initial = self.draft()
        self._name.textEdited.connect(edited)
        self._email.textEdited.connect(edited)
        self._zone.changed.connect(edited)
        self.retranslate()
        self._name.setFocus()

    def listen(self, changed: SignalInstance) -> None:
        """Draw the states of a view-model."""
        changed.connect(self.render_state)

    def draft(self) -> InviteDraft:
        """What the fields hold."""
        return InviteDraft(self._name.text(), self._email.text(), self._language.code, self._zone.client_id)

    def submit(self) -> None:
        """Invite, or save."""
        if not self.busy:
            self._zone.settle()
            self._send(self.draft())

    def something_typed(self) -> bool:
        """The fields no longer hold what they began with."""
        return self.draft() != self._initial

    def kept(self) -> InviteDraft:
        """What the fields hold."""
        return self.draft()

    def put_back(self, kept: InviteDraft) -> None:
        """Show it again."""
        self._name.setText(kept.name)
        if self._new:
            self._email.setText(kept.email)
        self._language.choose(kept.language)
        self._zone.choose(kept.time_zone)

    def take_escape(self) -> bool:
        """Close the list of zones."""
        return self._zone.close_list()

    def first_field(self) -> QWidget:
        """The name."""
        return self._name

    def retranslate(self) -> None:
        """Write the words of now."""
        super().retranslate()
        heading = self.tr("Invite a client") if self._new else self.tr("Edit the client")
        self.setWindowTitle(heading)
        self.heading.setText(heading)
        self._name_field.set_label(self.tr("Name"))
        self._email_field.set_label(self.tr("E-mail address"))
        self._email_field.set_hint(
            self.tr("The invitation goes there.") if self._new else self.tr("An address cannot be changed.")
        )
        self._language_label.setText(self.tr("Language of mails and app"))
        self._zone_field.set_label(self.tr("Time zone"))
        self._zone.open_button.set_name(self.tr("Show all time zones"))
        self.action_button.set_label(self.tr("Invite") if self._new else self.tr("Save"))

    def render_state(self, state: InviteState) -> None:
        """Draw a state."""
        self._name_field.set_error(state.name_error)
        self._email_field.set_error(state.email_error)
        self._zone_field.set_error(state.zone_error)
        self.show_progress(busy=state.busy, error=state.error)

    def _line(self, name: str) -> tuple[LineEditor, Field]:
        frame = FieldFrame(self.look)
        editor = LineEditor(self.look, name, frame)
        frame.add(editor, stretch=1)
        return editor, Field(self.look, editor, frame)


def _zones() -> tuple[ClientChoice, ...]:
    """The zones that a person may live in: those that are named after a place."""
    names = sorted(bytes(each.data()).decode() for each in QTimeZone.availableTimeZoneIds())
    places = [name for name in names if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))]
    return tuple(ClientChoice(name, PersonState(name=name.replace("_", " "))) for name in (*places, "UTC"))
