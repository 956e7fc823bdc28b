"""What starting a meeting at once shows and can do."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, FieldErrorCode
from backend_client.models import TITLE_MAX, StartNowRequest
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import StartNowState
from desktop.view_models.schedule_rules import choices_of
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel


class StartNowViewModel(ViewModel[StartNowState]):
    """Starts one meeting with one client.

    Signals:
        started(Meeting): it is in progress.
    """

    started = Signal(object)

    def __init__(
        self, service: HubPort, *, on_unexpected: OnUnexpected | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(StartNowState(), on_unexpected, parent)
        self._service = service
        # Pressing again after a lost answer gives the same meeting.
        self._nonce = uuid4().hex
        self._set(title=self.tr("Meeting"))

    def begin(self) -> None:
        """Fetch the clients to choose from."""
        self._set(loading_clients=True, error=None)
        self._scope.start(self._load_clients(), name="clients")

    def edited(self) -> None:
        """Somebody chose or typed."""
        self._set(error=None, client_error="", title_error="")

    def start(self, client_id: str, title: str) -> None:
        """Start it, or load the clients again when there are none."""
        if self._state.busy or self._state.done:
            return
        if not self._state.clients:
            self.begin()
            return
        words = title.strip()
        long = len(words) > TITLE_MAX
        client_error = "" if client_id else self.tr("Choose a client.")
        title_error = field_text(FieldErrorCode.TOO_LONG, "/title") if long else ""
        self._set(client_error=client_error, title_error=title_error, error=None)
        if client_error or title_error:
            return
        self._set(busy=True)
        self._scope.start(self._start(client_id, words or self._state.title), name="start now")

    async def _load_clients(self) -> None:
        try:
            clients = await self._service.clients()
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            self._set(clients=choices_of(clients))
        finally:
            self._set(loading_clients=False)

    async def _start(self, client_id: str, title: str) -> None:
        request = StartNowRequest(client_id=UUID(client_id), title=title)
        key = hashlib.sha256(f"{self._nonce}{request.model_dump_json()}".encode()).hexdigest()[:32]
        try:
            meeting = await self._service.start_now(request, idempotency_key=key)
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            self._set(done=True)
            self.started.emit(meeting)
        finally:
            self._set(busy=False)
