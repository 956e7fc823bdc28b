"""What the question before cancelling a meeting shows and can do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError
from backend_client.models import REASON_MAX, Meeting
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import CancelState
from desktop.view_models.language import Language
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel


class CancelViewModel(ViewModel[CancelState]):
    """Cancels one meeting, or it and the later ones of its series, once.

    Signals:
        cancelled(Meeting): the service has cancelled it.
    """

    cancelled = Signal(object)

    def __init__(
        self,
        service: HubPort,
        language: Language,
        meeting: Meeting,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(CancelState(), on_unexpected, parent)
        self._service = service
        self._meeting = meeting
        dates = Dates(language.locale, system_zone())
        day = dates.day(meeting.scheduled_at, now=service.now())
        self._set(
            title=meeting.title,
            when=f"{day} · {dates.hours(meeting.scheduled_at, meeting.planned_minutes)}",
            told=self.tr("{name} will be told.").format(name=meeting.client.full_name.split(" ")[0]),
            in_series=meeting.series_id is not None,
        )

    def cancel(self, reason: str, following: bool) -> None:
        """Cancel it.

        Args:
            reason: what the client reads; may be empty.
            following: the later meetings of its series too.
        """
        if self._state.busy or self._state.done:
            return
        too_long = len(reason.strip()) > REASON_MAX
        self._set(
            error=None,
            reason_error=self.tr("At most {most} characters.").format(most=REASON_MAX) if too_long else "",
            busy=not too_long,
        )
        if not too_long:
            self._scope.start(self._cancel(reason.strip(), following), name="cancel meeting")

    async def _cancel(self, reason: str, following: bool) -> None:
        try:
            meeting = await self._service.cancel(self._meeting.id, reason=reason, following=following)
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            self._set(done=True)
            self.cancelled.emit(meeting)
        finally:
            self._set(busy=False)
