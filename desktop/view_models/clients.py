"""What the Hub's page of clients shows and can do: who they are, inviting, closing and opening accounts."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError
from backend_client.models import Client, ClientAccount, Invite, InvitedClient, Meeting
from desktop.view_models.client_words import ClientWords
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import ClientDetail, ClientGroup, ClientsState
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.states import ErrorText, ListPhase, Tone
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)


class ClientsViewModel(ViewModel[ClientsState]):
    """The operator's clients.

    Signals:
        said(str, Tone): a toast.
        invite_requested(): the dialog that invites somebody.
        edit_requested(ClientAccount): the dialog that changes a client's data.
        deactivation_asked(str): ask before an account is closed; carries the client's name.
        plan_requested(str): plan a meeting with this client.
        copy_requested(str): put this into the clipboard.
    """

    said = Signal(str, object)
    invite_requested = Signal()
    edit_requested = Signal(object)
    deactivation_asked = Signal(str)
    plan_requested = Signal(str)
    copy_requested = Signal(str)

    def __init__(
        self,
        service: HubPort,
        language: Language,
        known_meetings: Callable[[], list[Meeting]],
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(ClientsState(), on_unexpected, parent)
        self._service = service
        self._language = language
        self._known_meetings = known_meetings
        self._clients: list[Client] | None = None
        self._fresh_at: datetime | None = None
        self._failed: ApiError | None = None
        self._selected: UUID | None = None
        self._account: ClientAccount | None = None
        self._account_error: ErrorText | None = None
        self._links: dict[UUID, Invite] = {}
        self._busy = False
        language.changed.connect(self.write)

    # ------------------------------------------------------------------ intentions

    def refresh(self) -> None:
        """Read the clients again: the page is shown, or somebody wants it."""
        if self._clients is None:
            self._failed = None
            self.write()
        self._scope.start(self._load(), name="clients")
        if self._selected is not None:
            self._scope.start(self._load_account(self._selected), name="client")

    def select(self, client_id: str) -> None:
        """Show somebody."""
        if self._client(UUID(client_id)) is None:
            return
        self._selected, self._account, self._account_error = UUID(client_id), None, None
        self.write()
        self._scope.start(self._load_account(UUID(client_id)), name="client")

    def dismiss(self) -> None:
        """Take the panel away."""
        self._selected = self._account = None
        self.write()

    def invite(self) -> None:
        """Ask for the dialog that invites somebody."""
        self.invite_requested.emit()

    def edit(self) -> None:
        """Ask for the dialog that changes the selected client's data."""
        if self._account is not None:
            self.edit_requested.emit(self._account)

    def plan(self) -> None:
        """Plan a meeting with the selected client."""
        if self._selected is not None:
            self.plan_requested.emit(str(self._selected))

    def copy_link(self) -> None:
        """Copy the selected client's invitation."""
        if self._selected in self._links:
            self.copy_requested.emit(self._links[self._selected].web_link)
            self.said.emit(self.tr("The link is copied."), Tone.SUCCESS)

    def invite_again(self) -> None:
        """Have a new link mailed."""
        if self._selected is not None:
            self._act(self._invite_again(self._selected))

    def ask_to_deactivate(self) -> None:
        """Ask before the account is closed."""
        client = self._client(self._selected)
        if client is not None:
            self.deactivation_asked.emit(client.full_name)

    def deactivate(self) -> None:
        """Close the selected client's account."""
        if self._selected is not None:
            self._act(self._set_active(self._selected, active=False))

    def reactivate(self) -> None:
        """Open it again."""
        if self._selected is not None:
            self._act(self._set_active(self._selected, active=True))

    def keep_link(self, client: InvitedClient) -> None:
        """Somebody was invited elsewhere: his link can be copied here, too."""
        if client.invite is not None:
            self._links[client.id] = client.invite

    def take_invited(self, client: InvitedClient) -> None:
        """Somebody was invited: show him with his link."""
        self.keep_link(client)
        self._clients = [*(each for each in self._clients or [] if each.id != client.id), client]
        self._selected, self._account, self._account_error = client.id, client, None
        self.write()
        self.refresh()

    # ------------------------------------------------------------------ work

    def _act(self, work: Awaitable[str]) -> None:
        if self._busy:
            return
        self._busy = True
        self.write()
        self._scope.start(self._carry_out(work), name="client action")

    async def _carry_out(self, work: Awaitable[str]) -> None:
        try:
            words = await work
        except ApiError as error:
            self.said.emit(text_for(error.code).sentence, Tone.DANGER)
        else:
            self.said.emit(words, Tone.SUCCESS)
        finally:
            self._busy = False
            self.refresh()

    async def _invite_again(self, client_id: UUID) -> str:
        self._links[client_id] = await self._service.invite_again(client_id)
        return self.tr("A new link is on its way. The one before no longer works.")

    async def _set_active(self, client_id: UUID, *, active: bool) -> str:
        if active:
            await self._service.reactivate_client(client_id)
            return self.tr("The account is open again.")
        await self._service.deactivate_client(client_id)
        return self.tr("The account is closed.")

    async def _load(self) -> None:
        try:
            clients = await self._service.clients(inactive=True)
        except ApiError as error:
            log.warning("the clients could not be fetched: %s", error.code.value)
            self._failed = error
        else:
            self._clients, self._failed, self._fresh_at = clients, None, self._service.now()
        self.write()

    async def _load_account(self, client_id: UUID) -> None:
        try:
            account = await self._service.client_account(client_id)
        except ApiError as error:
            if self._selected == client_id:
                self._account_error = text_for(error.code)
        else:
            if self._selected == client_id:
                self._account, self._account_error = account, None
        self.write()

    def _client(self, client_id: UUID | None) -> Client | None:
        return next((each for each in self._clients or [] if each.id == client_id), None)

    # ------------------------------------------------------------------ words

    def write(self) -> None:
        """Write the page anew: the clients, their meetings, the clock or the language changed."""
        dates = Dates(self._language.locale, system_zone())
        words = ClientWords(dates, self._service.now(), self._known_meetings(), self._held_words)
        people = sorted(self._clients or [], key=lambda each: (each.full_name.casefold(), each.id))
        active = tuple(words.row(each) for each in people if each.active)
        closed = tuple(words.row(each) for each in people if not each.active)
        groups = (ClientGroup("", active), ClientGroup(self.tr("Deactivated"), closed))
        lost = self._failed is not None and self._clients is not None and self._fresh_at is not None
        self._set(
            phase=self._phase(),
            groups=tuple(group for group in groups if group.rows),
            offline=self.tr("Offline: list as of {hour}.").format(hour=dates.hour(self._fresh_at))
            if lost and self._fresh_at is not None
            else "",
            error=text_for(self._failed.code) if self._failed is not None and self._clients is None else None,
            selected=self._detail(words),
        )

    def _held_words(self, count: int) -> str:
        return self.tr("%n meeting(s) held", "", count)

    def _phase(self) -> ListPhase:
        if self._clients is None:
            return ListPhase.LOADING if self._failed is None else ListPhase.ERROR
        return ListPhase.READY if self._clients else ListPhase.EMPTY

    def _detail(self, words: ClientWords) -> ClientDetail | None:
        client = self._client(self._selected)
        if client is None:
            return None
        account = self._account if self._account is not None and self._account.id == client.id else None
        pill, tone = words.pill(client)
        invite = self._links.get(client.id)
        meetings, total = words.meetings(client)
        return ClientDetail(
            client_id=str(client.id),
            person=person_state(client.full_name),
            pill=pill,
            pill_tone=tone,
            email=account.email if account is not None else "",
            facts=words.facts(account) if account is not None else (),
            invite_line=words.invite_line(account) if account is not None else "",
            link=invite.web_link if invite is not None and not client.accepted else "",
            can_invite=client.active and not client.accepted,
            can_edit=account is not None,
            can_deactivate=client.active,
            can_reactivate=not client.active,
            can_plan=client.active,
            meetings=meetings,
            total=total,
            busy=self._busy,
            error=self._account_error,
        )
