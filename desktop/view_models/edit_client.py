"""What the dialog that changes a client's name, language and zone shows and can do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import NAME_MAX, ClientAccount, ProfileChange
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel


class EditClientViewModel(ViewModel[InviteState]):
    """Changes one client.

    Signals:
        changed_client(ClientAccount): the service has it.
    """

    changed_client = Signal(object)

    def __init__(
        self,
        service: HubPort,
        account: ClientAccount,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(InviteState(), on_unexpected, parent)
        self._service = service
        self._account = account

    @property
    def draft(self) -> InviteDraft:
        """What the fields begin with."""
        held = self._account
        return InviteDraft(held.full_name, held.email, held.locale, held.time_zone)

    def edited(self) -> None:
        """Somebody types."""
        self._set(error=None, name_error="", zone_error="")

    def save(self, draft: InviteDraft) -> None:
        """Send what differs."""
        if self._state.busy:
            return
        name = draft.name.strip()
        name_error = ""
        if not name:
            name_error = field_text(FieldErrorCode.REQUIRED)
        elif len(name) > NAME_MAX:
            name_error = field_text(FieldErrorCode.TOO_LONG, "/title")
        zone_error = "" if draft.time_zone else self.tr("Choose a time zone from the list.")
        self._set(name_error=name_error, zone_error=zone_error, error=None)
        if not name_error and not zone_error:
            self._set(busy=True)
            self._scope.start(self._save(name, draft), name="change client")

    async def _save(self, name: str, draft: InviteDraft) -> None:
        held = self._account
        same_language = held.locale.partition("-")[0] == draft.language
        change = ProfileChange(
            full_name=None if name == held.full_name else name,
            locale=None if same_language else draft.language,
            time_zone=None if draft.time_zone == held.time_zone else draft.time_zone,
        )
        try:
            account = held if change == ProfileChange() else await self._change(change)
        except ApiError as error:
            wrong_zone = error.code is ApiErrorCode.INVALID and "/time_zone" in error.fields
            zone_error = field_text(error.fields["/time_zone"]) if wrong_zone else ""
            self._set(zone_error=zone_error, error=None if wrong_zone else text_for(error.code))
        else:
            self.changed_client.emit(account)
        finally:
            self._set(busy=False)

    async def _change(self, change: ProfileChange) -> ClientAccount:
        return await self._service.change_client(self._account.id, change)
