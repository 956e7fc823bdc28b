"""The log-in card: made when nobody is signed in, ended by who signs in, opened by links of its own."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import User
from desktop.app.company_wiring import CompanyDesk
from desktop.app.kinds import AppKind
from desktop.system.deep_link import CompanyLink, InviteLink, ResetLink
from desktop.system.list_cache import RememberedList
from desktop.view_models.language import Language
from desktop.view_models.links import LinkFollower
from desktop.view_models.sign_in import SignInViewModel
from desktop.view_models.tasks import TaskScope
from desktop.views.sign_in_window import SignInWindow
from desktop.views.theme import Theme

log = logging.getLogger(__name__)

RETRY_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Waiting times while the service is away and a session waits to be restored; the last one repeats."""


class SignInDesk(QObject):
    """Lets people in.

    Signals:
        signed_in(User, RememberedList | None): somebody of this app's role is in; the list of the last
            run comes with him while the service is away.
        front_wanted(): the browser has done its part.

    Args:
        kind: which app.
        client: the service.
        links: what waits for the log-in, and what the card itself is opened by.
        persistent: the session can outlive the process.
        put_window: shows the card instead of whatever window is in use.
        language, theme: how the card speaks and looks.
    """

    signed_in = Signal(object, object)
    front_wanted = Signal()

    def __init__(
        self,
        kind: AppKind,
        client: BackendClient,
        links: LinkFollower,
        *,
        persistent: bool,
        put_window: Callable[[SignInWindow], None],
        language: Language,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._client = client
        self._links = links
        self._persistent = persistent
        self._put_window = put_window
        self._language = language
        self._theme = theme
        self._scope = TaskScope()
        self.model: SignInViewModel | None = None
        self._company = CompanyDesk(kind.product.name, takes_links=kind.takes_links, parent=self)
        self._company.came_back.connect(self._open_entry)
        self._company.came_back.connect(self.front_wanted)
        links.entry_requested.connect(self._open_entry)

    @property
    def notice(self) -> str:
        """What the card says above its fields."""
        return self.model.state.notice if self.model is not None else ""

    async def begin(self, remember: Callable[[], Awaitable[RememberedList | None]]) -> None:
        """Go on with the stored session, or show the card; a service that is away is asked again.

        Args:
            remember: reads the list of the last run, which is shown while the service is away.
        """
        try:
            user = await self._client.sign_in.restore()
        except ApiError as error:
            log.warning("the session could not be restored: %s", error.code.value)
            remembered = await remember()
            if remembered is not None and remembered.user.role is self._kind.role:
                self.signed_in.emit(remembered.user, remembered)
                return
            self.show(service_away=True)
            self._scope.start(self._restore_later(), name="restore the session")
            return
        if user is not None and user.role is self._kind.role:
            self.signed_in.emit(user, None)
        else:
            self.show()

    def show(self, *, ended_for: str = "", service_away: bool = False) -> None:
        """Show the card.

        Args:
            ended_for: address of the account whose session has ended, "" for none.
            service_away: a stored session waits for the service to answer.
        """
        self._drop()
        model = SignInViewModel(
            self._client.sign_in,
            self._client,
            self._client.sign_in,
            self._language,
            product=self._kind.product.name,
            server=self._client.base_url,
            role=self._kind.role,
            other_product=self._kind.other.name,
            persistent=self._persistent,
            way_back=self._company.way_back,
            parent=self,
        )
        self._company.serve(model)
        if ended_for:
            model.session_ended(ended_for)
        model.service_away(service_away)
        model.show_reason(self._links.waiting_for)
        self._links.waits.connect(model.show_reason)
        model.signed_in.connect(lambda user: self.signed_in.emit(user, None))
        self.model = model
        self._put_window(SignInWindow(model, self._theme, mark=self._kind.mark))
        self._links.signed_out()
        model.look_for_company()

    def finish(self, user: User) -> None:
        """Somebody is in: the card is over."""
        log.info("signed in as %s", user.role.value)
        self._drop()

    async def close(self) -> None:
        """End with the app."""
        self._drop()
        await self._scope.close()

    def _drop(self) -> None:
        self._company.close()
        model, self.model = self.model, None
        if model is None:
            return

        async def end() -> None:
            await model.close()
            model.deleteLater()

        self._scope.start(end(), name="end of the log-in card")

    def _open_entry(self, link: InviteLink | ResetLink | CompanyLink) -> None:
        if self.model is None:
            return
        if isinstance(link, InviteLink):
            self.model.open_invitation(link.code)
        elif isinstance(link, CompanyLink):
            self.model.come_back(link)
        else:
            self.model.open_reset(link.code)

    async def _restore_later(self) -> None:
        """The stored session stays while the service is away: go on with it as soon as it answers."""
        for delay_s in itertools.chain(RETRY_DELAYS_S, itertools.repeat(RETRY_DELAYS_S[-1])):
            await asyncio.sleep(delay_s)
            if self._client.sign_in.user is not None:
                return  # by hand, meanwhile
            try:
                user = await self._client.sign_in.restore()
            except ApiError as error:
                if error.retryable:
                    continue
                user = None
            if user is not None and user.role is self._kind.role:
                self.signed_in.emit(user, None)
            elif self.model is not None:
                self.model.service_away(False)
            return
