"""What inviting a client shows and can do, wherever it is done."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import NAME_MAX, ClientRequest
from desktop.view_models.dates import system_zone
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

_ERROR_MEMBERS = {"/full_name": "name_error", "/email": "email_error"}
_NO_ERRORS = dict.fromkeys(_ERROR_MEMBERS.values(), "")


class InviteViewModel(ViewModel[InviteState]):
    """Invites one client after the other.

    Signals:
        invited(InvitedClient): the service has made the account and mails the link.
    """

    invited = Signal(object)

    def __init__(
        self, service: HubPort, *, on_unexpected: OnUnexpected | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(InviteState(), on_unexpected, parent)
        self._service = service
        # One key for one content: pressing twice, or again after a lost answer, invites once.
        self._nonce = uuid4().hex

    def edited(self) -> None:
        """Somebody types: what was wrong may be right now."""
        self._set(error=None, **_NO_ERRORS)

    def invite(self, draft: InviteDraft) -> None:
        """Check and send."""
        if self._state.busy:
            return
        errors = self._errors(draft)
        self._set(error=None, **{**_NO_ERRORS, **errors}, busy=not errors)
        if not errors:
            self._scope.start(self._invite(draft), name="invite")

    async def _invite(self, draft: InviteDraft) -> None:
        request = ClientRequest(
            email=draft.email,
            full_name=draft.name,
            locale=draft.language,
            time_zone=draft.time_zone or system_zone().key,
        )
        key = hashlib.sha256(f"{self._nonce}{request.model_dump_json()}".encode()).hexdigest()[:32]
        try:
            client = await self._service.invite_client(request, idempotency_key=key)
        except ApiError as error:
            self._set(**self._refusal(error))
        else:
            self.invited.emit(client)
        finally:
            self._set(busy=False)

    @staticmethod
    def _errors(draft: InviteDraft) -> dict[str, str]:
        errors: dict[str, str] = {}
        if not draft.name.strip():
            errors["name_error"] = field_text(FieldErrorCode.REQUIRED)
        elif len(draft.name.strip()) > NAME_MAX:
            errors["name_error"] = field_text(FieldErrorCode.TOO_LONG, "/title")
        name, at, domain = draft.email.strip().partition("@")
        if not draft.email.strip():
            errors["email_error"] = field_text(FieldErrorCode.REQUIRED)
        elif not (name and at and domain):
            errors["email_error"] = field_text(FieldErrorCode.NOT_AN_ADDRESS)
        return errors

    @staticmethod
    def _refusal(error: ApiError) -> dict[str, object]:
        changes: dict[str, object] = {}
        for pointer, code in error.fields.items():
            if pointer in _ERROR_MEMBERS:
                changes[_ERROR_MEMBERS[pointer]] = field_text(code, pointer)
        if error.code is not ApiErrorCode.INVALID or not changes:
            changes["error"] = text_for(error.code)
        return changes
