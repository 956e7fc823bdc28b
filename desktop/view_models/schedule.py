"""What the scheduling dialog shows and can do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import (
    DESCRIPTION_MAX,
    PLANNED_MINUTES_MAX,
    PLANNED_MINUTES_MIN,
    TITLE_MAX,
    Meeting,
    MeetingRequest,
    MeetingStatus,
)
from desktop.meeting.agenda import overlaps
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.ports import MeetingsPort
from desktop.view_models.states import ClientChoice, ScheduleDraft, ScheduleState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

ERROR_MEMBERS = {
    "/client_id": "client_error",
    "/title": "title_error",
    "/description": "description_error",
    "/scheduled_at": "when_error",
    "/planned_minutes": "duration_error",
}
NO_ERRORS = dict.fromkeys(ERROR_MEMBERS.values(), "")


def next_full_hour(now: datetime, zone: tzinfo) -> datetime:
    """The hour a new meeting is proposed for: the next full one that is at least 30 minutes away."""
    local = (now + timedelta(minutes=30)).astimezone(zone)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class ScheduleViewModel(ViewModel[ScheduleState]):
    """Checks a draft while it is typed and saves it once.

    Signals:
        saved(Meeting): the service stored the meeting.
    """

    saved = Signal(object)

    def __init__(
        self,
        meetings: MeetingsPort,
        language: Language,
        known_meetings: Callable[[], list[Meeting]],
        *,
        zone: tzinfo | None = None,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(ScheduleState(), on_unexpected, parent)
        self._service = meetings
        self._language = language
        self._known_meetings = known_meetings
        self._zone = zone or system_zone()
        # One key for one dialog and one content: pressing twice, or again after a lost answer, saves once.
        self._nonce = uuid4().hex
        proposed = next_full_hour(meetings.now(), self._zone)
        self._set(
            draft=ScheduleDraft(day=proposed.date(), hour=proposed.time()),
            earliest_day=meetings.now().astimezone(self._zone).date(),
            zone=self._dates().zone_name(proposed),
        )

    def start(self) -> None:
        """Fetch the clients to choose from."""
        self.reload_clients()

    # ------------------------------------------------------------------ intentions

    def reload_clients(self) -> None:
        """Fetch the clients again."""
        self._set(loading_clients=True, error=None)
        self._scope.start(self._load_clients(), name="clients")

    def edited(self, draft: ScheduleDraft) -> None:
        """The draft changed: warn about what will not work, forgive what was corrected."""
        self._set(draft=draft, error=None, warning=self._warning(draft), **self._still_wrong(draft))

    def save(self, draft: ScheduleDraft) -> None:
        """Check and send; errors appear next to their fields and nothing typed is lost."""
        if self._state.busy or self._state.saved:
            return
        errors = self._errors(draft)
        self._set(draft=draft, error=None, **{**NO_ERRORS, **errors})
        instant = self._instant(draft)
        if errors or instant is None:
            return
        self._set(busy=True)
        self._scope.start(self._save(draft, instant), name="schedule")

    # ------------------------------------------------------------------ work

    async def _load_clients(self) -> None:
        try:
            clients = await self._service.clients()
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            choices = [
                ClientChoice(str(each.id), person_state(str(each.id), each.full_name))
                for each in clients
                if each.active
            ]
            # The database sorts by code point; people expect É beside E.
            choices.sort(key=lambda each: each.person.name.casefold())
            self._set(clients=tuple(choices))
        finally:
            self._set(loading_clients=False)

    async def _save(self, draft: ScheduleDraft, instant: datetime) -> None:
        request = MeetingRequest(
            client_id=UUID(draft.client_id),
            title=draft.title,
            description=draft.description,
            scheduled_at=instant,
            planned_minutes=draft.planned_minutes,
        )
        key = hashlib.sha256(f"{self._nonce}{request.model_dump_json()}".encode()).hexdigest()[:32]
        try:
            meeting = await self._service.create_meeting(request, idempotency_key=key)
        except ApiError as error:
            self._set(**self._refusal(error))
        else:
            self._set(saved=True)
            self.saved.emit(meeting)
        finally:
            self._set(busy=False)

    def _refusal(self, error: ApiError) -> dict[str, object]:
        changes: dict[str, object] = {}
        for pointer, code in error.fields.items():
            if pointer in ERROR_MEMBERS:
                changes[ERROR_MEMBERS[pointer]] = field_text(code, pointer)
        if error.code is not ApiErrorCode.INVALID or not changes:
            changes["error"] = text_for(error.code)
        return changes

    # ------------------------------------------------------------------ rules

    def _dates(self) -> Dates:
        return Dates(self._language.locale, self._zone)

    def _instant(self, draft: ScheduleDraft) -> datetime | None:
        """The draft's day and hour as an instant; None when one is missing or the clocks skip that hour."""
        if draft.day is None or draft.hour is None:
            return None
        local = datetime.combine(draft.day, draft.hour, tzinfo=self._zone)
        # In the hour that a clock change skips, the round trip through UTC comes back at another time.
        utc = local.astimezone(UTC)
        return utc if utc.astimezone(self._zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None

    def _errors(self, draft: ScheduleDraft) -> dict[str, str]:
        errors: dict[str, str] = {}
        if not draft.client_id:
            errors["client_error"] = self.tr("Choose a client.")
        if not draft.title.strip():
            errors["title_error"] = self.tr("Give the meeting a title.")
        elif len(draft.title.strip()) > TITLE_MAX:
            errors["title_error"] = field_text(FieldErrorCode.TOO_LONG, "/title")
        if len(draft.description.strip()) > DESCRIPTION_MAX:
            errors["description_error"] = field_text(FieldErrorCode.TOO_LONG, "/description")
        if not PLANNED_MINUTES_MIN <= draft.planned_minutes <= PLANNED_MINUTES_MAX:
            errors["duration_error"] = field_text(FieldErrorCode.OUT_OF_RANGE)
        instant = self._instant(draft)
        if draft.day is None or draft.hour is None:
            errors["when_error"] = self.tr("Choose a day and an hour.")
        elif instant is None:
            errors["when_error"] = self.tr(
                "The clocks change that night and skip this hour. Choose another one."
            )
        elif instant <= self._service.now():
            errors["when_error"] = field_text(FieldErrorCode.IN_PAST)
        return errors

    def _still_wrong(self, draft: ScheduleDraft) -> dict[str, str]:
        """Errors on screen that the new draft has not corrected; typing never adds one."""
        errors = self._errors(draft)
        return {name: errors.get(name, "") if getattr(self._state, name) else "" for name in NO_ERRORS}

    def _warning(self, draft: ScheduleDraft) -> str:
        instant = self._instant(draft)
        if instant is None:
            return ""
        if instant <= self._service.now():
            return self.tr("This hour is in the past.")
        for each in self._known_meetings():
            if each.status in (MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS) and overlaps(
                instant, draft.planned_minutes, each.scheduled_at, each.planned_minutes
            ):
                return self.tr("You already have “{title}” at {hours}.").format(
                    title=each.title, hours=self._dates().hours(each.scheduled_at, each.planned_minutes)
                )
        return ""
