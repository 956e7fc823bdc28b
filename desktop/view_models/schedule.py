"""What the scheduling dialog shows and can do: plan a meeting, or change one that is planned."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import (
    SERIES_MAX,
    InvitedClient,
    Meeting,
    MeetingChange,
    MeetingRequest,
    SeriesRequest,
)
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.invite_client import InviteViewModel
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.schedule_rules import (
    DraftRules,
    choices_of,
    draft_of,
    instant_of,
    merged,
    next_full_hour,
)
from desktop.view_models.states import (
    ClientChoice,
    ErrorText,
    ScheduleDraft,
    SchedulePurpose,
    ScheduleState,
)
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

ERROR_MEMBERS = {
    "/client_id": "client_error",
    "/title": "title_error",
    "/description": "description_error",
    "/scheduled_at": "when_error",
    "/planned_minutes": "duration_error",
}
NO_ERRORS = dict.fromkeys((*ERROR_MEMBERS.values(), "note_error"), "")


class ScheduleViewModel(ViewModel[ScheduleState]):
    """Checks a draft while it is typed and saves it once.

    Signals:
        saved(Meeting): the service stored the meeting; the first of a series.
        note_wanted(UUID, str): the meeting that was planned gets this private note.

    Attributes:
        invite: invites a client who is not one yet.

    Args:
        service: the service.
        language: of the sentences.
        known_meetings: what the list shows, for the overlap warning.
        meeting: the one to change; None plans a new one.
        purpose: what the dialog was opened for.
        client_id: chosen from the start, once the clients are loaded.
        zone: instead of the machine's (tests).
    """

    saved = Signal(object)
    note_wanted = Signal(object, str)

    def __init__(
        self,
        service: HubPort,
        language: Language,
        known_meetings: Callable[[], list[Meeting]],
        *,
        meeting: Meeting | None = None,
        purpose: SchedulePurpose = SchedulePurpose.NEW,
        client_id: str = "",
        zone: tzinfo | None = None,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(ScheduleState(purpose=purpose), on_unexpected, parent)
        self._service = service
        self._language = language
        self._known_meetings = known_meetings
        self._meeting = meeting
        self._outdated = False
        self._pinned = zone is not None
        self._zone = zone or system_zone()
        # One key for one dialog and one content: pressing twice, or again after a lost answer, saves once.
        self._nonce = uuid4().hex
        self.invite = InviteViewModel(service, on_unexpected=on_unexpected, parent=self)
        self.invite.invited.connect(self._invited)
        proposed = next_full_hour(service.now(), self._zone)
        draft = ScheduleDraft(client_id=client_id, day=proposed.date(), hour=proposed.time())
        self._filled = draft_of(meeting, self._zone) if meeting is not None else draft
        self._set(
            draft=self._filled,
            clients=(self._choice(meeting),) if meeting is not None else (),
            loading_clients=meeting is None,
            earliest_day=service.now().astimezone(self._zone).date(),
            most_times=SERIES_MAX if meeting is None else 1,
        )
        self._set(**self._doubts(self._filled))

    def start(self) -> None:
        """Fetch the clients to choose from; a meeting's client never changes."""
        if self._meeting is None:
            self._load()

    async def close(self) -> None:
        """End what still runs."""
        await self.invite.close()
        await super().close()

    # ------------------------------------------------------------------ intentions

    def edited(self, draft: ScheduleDraft) -> None:
        """The draft changed: warn about what will not work, forgive what was corrected."""
        self._set(draft=draft, error=None, **self._doubts(draft), **self._still_wrong(draft))

    def take_up(self, draft: ScheduleDraft) -> None:
        """Go on with what was typed into a dialog that had to be closed."""
        note = self.tr("What you had typed is still here.")
        self._set(draft=draft, fill_id=self._state.fill_id + 1, note=note, **self._doubts(draft))

    def save(self, draft: ScheduleDraft) -> None:
        """Check and send; errors appear next to their fields and nothing typed is lost."""
        if self._state.busy or self._state.saved:
            return
        errors = self._rules().errors(draft)
        self._set(draft=draft, error=None, **{**NO_ERRORS, **errors})
        instant = instant_of(draft, self._zone)
        if errors or instant is None:
            return
        self._set(busy=True)
        self._scope.start(self._save(draft, instant), name="schedule")

    def retry(self, draft: ScheduleDraft) -> None:
        """Do again what failed: load the meeting, load the clients, or save."""
        if self._outdated:
            self._set(busy=True, error=None)
            self._scope.start(self._load_meeting(draft), name="meeting")
        elif not self._state.clients:
            self._load()
        else:
            self.save(draft)

    # ------------------------------------------------------------------ work

    def _load(self) -> None:
        self._set(loading_clients=True, error=None)
        self._scope.start(self._load_clients(), name="clients")

    async def _load_clients(self) -> None:
        try:
            clients = await self._service.clients()
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            chosen = self._state.draft.client_id
            # The field cannot show somebody it did not know when it was filled.
            fill_id = self._state.fill_id + 1 if chosen else self._state.fill_id
            self._set(clients=choices_of(clients), fill_id=fill_id)
            self._set(**self._doubts(self._state.draft))
        finally:
            self._set(loading_clients=False)

    async def _load_meeting(self, draft: ScheduleDraft) -> None:
        """Take the meeting as it is now, and keep what was typed over it."""
        assert self._meeting is not None
        try:
            meeting = await self._service.meeting(self._meeting.id)
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            now = draft_of(meeting, self._zone)
            typed = merged(draft, self._filled, now)
            self._meeting, self._filled, self._outdated = meeting, now, False
            self._set(
                draft=typed,
                fill_id=self._state.fill_id + 1,
                **self._doubts(typed),
                note=self.tr("What you had not touched now shows the newer version."),
            )
        finally:
            self._set(busy=False)

    async def _save(self, draft: ScheduleDraft, instant: datetime) -> None:
        try:
            meeting = (
                await self._create(draft, instant)
                if self._meeting is None
                else await self._change(self._meeting, draft, instant)
            )
        except ApiError as error:
            self._set(**self._refusal(error))
        else:
            if self._meeting is None and draft.note.strip():
                self.note_wanted.emit(meeting.id, draft.note)
            self._set(saved=True)
            self.saved.emit(meeting)
        finally:
            self._set(busy=False)

    async def _create(self, draft: ScheduleDraft, instant: datetime) -> Meeting:
        request = MeetingRequest(
            client_id=UUID(draft.client_id),
            title=draft.title,
            description=draft.description,
            scheduled_at=instant,
            planned_minutes=draft.planned_minutes,
        )
        if draft.times > 1:
            weekly = SeriesRequest(**request.model_dump(), count=draft.times)
            series = await self._service.create_series(weekly, idempotency_key=self._key(weekly))
            return series.items[0]
        return await self._service.create_meeting(request, idempotency_key=self._key(request))

    def _key(self, request: MeetingRequest) -> str:
        return hashlib.sha256(f"{self._nonce}{request.model_dump_json()}".encode()).hexdigest()[:32]

    def _invited(self, client: InvitedClient) -> None:
        """The new client is chosen at once."""
        draft = replace(self._state.draft, client_id=str(client.id))
        known = [each for each in self._state.clients if each.client_id != draft.client_id]
        new = ClientChoice(draft.client_id, person_state(client.full_name), client.time_zone)
        self._set(
            clients=(*known, new),
            draft=draft,
            fill_id=self._state.fill_id + 1,
            client_error="",
            note=self.tr("{name} is invited: the link is on its way to {email}.").format(
                name=client.full_name, email=client.email
            ),
        )
        self._set(**self._doubts(draft))

    async def _change(self, meeting: Meeting, draft: ScheduleDraft, instant: datetime) -> Meeting:
        wanted = self._rules().change(draft, instant)
        if wanted == MeetingChange():
            return meeting
        return await self._service.change_meeting(meeting, wanted)

    def _refusal(self, error: ApiError) -> dict[str, object]:
        if error.code is ApiErrorCode.VERSION_CONFLICT:
            self._outdated = True
            sentence = self.tr("The meeting has changed meanwhile. What you typed is kept.")
            return {"error": ErrorText(sentence, self.tr("Load it again"))}
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

    def _rules(self) -> DraftRules:
        return DraftRules(self._service.now(), self._dates(), self._overlap_words, self._meeting)

    def _overlap_words(self, count: int) -> str:
        return self.tr("%n of these meetings overlap with others.", "", count)

    def _doubts(self, draft: ScheduleDraft) -> dict[str, str]:
        """What the draft's reader should know while it is typed."""
        rules = self._rules()
        return {
            "warning": rules.warning(draft, self._known_meetings()),
            "zone": self._moved_zone(draft) or rules.hours_there(draft, self._state.clients),
            "repetition": rules.repetition(draft),
        }

    def _moved_zone(self, draft: ScheduleDraft) -> str:
        """What is typed keeps the zone it was begun in; said when the machine's is another one by now."""
        instant = instant_of(draft, self._zone)
        if self._pinned or instant is None:
            return ""
        here = instant.astimezone(system_zone())
        if here.utcoffset() == instant.astimezone(self._zone).utcoffset():
            return ""
        return self.tr("This hour is still meant in {zone}.").format(zone=self._dates().zone_name(instant))

    def _still_wrong(self, draft: ScheduleDraft) -> dict[str, str]:
        """Errors on screen that the new draft has not corrected; typing never adds one."""
        errors = self._rules().errors(draft)
        return {name: errors.get(name, "") if getattr(self._state, name) else "" for name in NO_ERRORS}

    @staticmethod
    def _choice(meeting: Meeting) -> ClientChoice:
        return ClientChoice(str(meeting.client.id), person_state(meeting.client.full_name))
