"""What both apps' lists show and can do: always fresh, usable through an outage."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import EventKind, LiveEvent, Meeting, MeetingStatus, Notification, Role, User
from desktop.meeting.agenda import Period, is_missed, period_of
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import RowMarks, RowWriter, person_state
from desktop.view_models.notice_words import notice_words
from desktop.view_models.ports import EventsPort, MeetingsPort
from desktop.view_models.states import (
    ListPhase,
    MeetingAction,
    MeetingGroup,
    MeetingListState,
    MeetingRow,
    RowAction,
    Tone,
)
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

CLOCK_TICK_MS = 15_000
"""How often relative times are written anew."""
RETRY_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Waiting times after a failed refresh; the last one repeats."""


class MeetingListViewModel(ViewModel[MeetingListState]):
    """The list of meetings of the signed-in person.

    Signals:
        room_requested(Meeting): into a running meeting, to wait for its start, or to look before starting it.
        fetched(list[Meeting]): what the service knows now.
        schedule_requested(): the operator wants the scheduling dialog.
        start_now_requested(): the operator wants to start a meeting that is not planned.
        menu_chosen(Meeting, RowAction): a row of a meeting's menu.
        selected(Meeting): the operator wants to see more of a meeting.
        sign_out_requested(): the person wants to sign out.
        session_ended(): the service no longer knows the session.
        notified(Notification): a notice arrived (for the tray and for tests).
    """

    room_requested = Signal(object)
    schedule_requested = Signal()
    start_now_requested = Signal()
    menu_chosen = Signal(object, object)
    selected = Signal(object)
    fetched = Signal(object)
    sign_out_requested = Signal()
    session_ended = Signal()
    notified = Signal(object)

    def __init__(
        self,
        user: User,
        meetings: MeetingsPort,
        events: EventsPort,
        language: Language,
        *,
        persistent: bool = True,
        remembered: tuple[list[Meeting], datetime] | None = None,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(MeetingListState(), on_unexpected, parent)
        self._user = user
        self._service = meetings
        self._events = events
        self._language = language
        self._persistent = persistent
        # What an earlier run has kept is shown until the service answers, with its age once it does not.
        self._meetings: list[Meeting] | None = remembered[0] if remembered is not None else None
        self._fresh_at: datetime | None = remembered[1] if remembered is not None else None
        self._marks = RowMarks()
        self.looks_first: Callable[[], bool] = lambda: False  # does the host see himself before he starts?
        self._failure: ApiErrorCode | None = None
        self._wanted = asyncio.Event()
        self._shown_notices: set[UUID] = set()
        self._ticker = QTimer(self)
        self._ticker.setInterval(CLOCK_TICK_MS)
        self._ticker.timeout.connect(self._tick)
        language.changed.connect(self._write)
        self._write()

    @property
    def known_meetings(self) -> list[Meeting]:
        """What was last fetched; for the scheduling dialog's overlap warning."""
        return list(self._meetings or [])

    @property
    def fresh_at(self) -> datetime | None:
        """When the list was last fetched, by the service's clock; None before."""
        return self._fresh_at

    @property
    def marks(self) -> RowMarks:
        """What its rows carry besides what the service knows."""
        return self._marks

    def show_missed_calls(self, called_at: Mapping[str, datetime]) -> None:
        """Mark the meetings to which one was called in vain; when, by id."""
        self._mark(missed_calls=called_at)

    def known_meeting(self, meeting_id: str) -> Meeting | None:
        """One of them by its id, as last fetched."""
        return next((each for each in self._meetings or [] if str(each.id) == meeting_id), None)

    def set_door(self, before: timedelta) -> None:
        """Take what the service has decided: how early a client may come into the waiting room."""
        self._mark(door_before=before)

    @property
    def is_loaded(self) -> bool:
        """The service has told the list at least once."""
        return self._meetings is not None

    def start(self) -> None:
        """Begin: fetch, listen to live events, keep times current."""
        self._ticker.start()
        self._wanted.set()
        self._scope.start(self._keep_fresh(), name="meeting list")
        self._scope.start(self._listen(), name="live events")

    async def close(self) -> None:
        """Stop listening and fetching."""
        self._ticker.stop()
        await super().close()

    # ------------------------------------------------------------------ intentions

    def act(self, meeting_id: str) -> None:
        """Press the meeting's one button: start it, or join it."""
        meeting = self.known_meeting(meeting_id)
        if meeting is None or self._marks.busy_id is not None:
            return
        action = RowWriter(self._dates(), self._service.now(), self._marks).row(meeting).action
        if action is MeetingAction.START and self.looks_first():
            self.room_requested.emit(meeting)
        elif action is MeetingAction.START:
            self._mark(busy_id=meeting_id)
            self._scope.start(self._start_meeting(meeting), name="start meeting")
        elif action in (MeetingAction.JOIN, MeetingAction.WAIT):
            self.room_requested.emit(meeting)

    def choose(self, meeting_id: str, action: RowAction) -> None:
        """Take a row of a meeting's menu."""
        meeting = self.known_meeting(meeting_id)
        if meeting is not None:
            self.menu_chosen.emit(meeting, action)

    def select(self, meeting_id: str) -> None:
        """Ask to see more of a meeting."""
        meeting = self.known_meeting(meeting_id)
        if meeting is not None:
            self.selected.emit(meeting)

    def schedule(self) -> None:
        """Ask for the scheduling dialog."""
        if self._user.role is Role.OPERATOR:
            self.schedule_requested.emit()

    def start_now(self) -> None:
        """Ask for a meeting at once."""
        if self._user.role is Role.OPERATOR:
            self.start_now_requested.emit()

    def sign_out(self) -> None:
        """Ask to sign out."""
        self.sign_out_requested.emit()

    def retry(self) -> None:
        """Fetch now instead of waiting for the next attempt."""
        if self._meetings is None:
            self._failure = None
            self._write()
        self._wanted.set()

    def refresh(self) -> None:
        """Fetch again soon: something changed."""
        self._wanted.set()

    def dismiss_notice(self) -> None:
        """The toast was read."""
        self._set(notice="")

    # ------------------------------------------------------------------ work

    def _tick(self) -> None:
        self._write()
        if any(each.client_waiting_since is not None for each in self._meetings or []):
            # Whoever lost his line says no goodbye: the service alone knows that nobody waits any more.
            self._wanted.set()

    async def _start_meeting(self, meeting: Meeting) -> None:
        try:
            started = await self._service.start(meeting.id)
        except ApiError as error:
            self.say(text_for(error.code).sentence, Tone.DANGER)
            self._wanted.set()
        else:
            self._take([started if each.id == started.id else each for each in self._meetings or []])
            self.room_requested.emit(started)
        finally:
            self._mark(busy_id=None)

    async def _listen(self) -> None:
        await self._events.run(self._on_event, self._on_online)

    def _on_event(self, event: LiveEvent) -> None:
        if event.kind == EventKind.SESSION_REVOKED:
            return  # perhaps another device's: the feed asks the service, and `SignIn.on_ended` tells
        self._wanted.set()
        if event.kind in (EventKind.NOTIFICATION_NEW, EventKind.RESET):
            self._scope.start(self._fetch_notices(), name="notices")

    def _on_online(self, online: bool) -> None:
        # Line back: events of the time without it may be missing. Line lost: one fetch tells whether the
        # service is away or only the stream broke. Either way the list is fetched once.
        self._wanted.set()
        if online:
            self._scope.start(self._fetch_notices(), name="notices")

    async def _keep_fresh(self) -> None:
        attempt = 0
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                meetings = await self._service.meetings()
            except ApiError as error:
                if error.code in (ApiErrorCode.SESSION_ENDED, ApiErrorCode.UNAUTHENTICATED):
                    self.session_ended.emit()
                    return
                log.warning("the meeting list could not be fetched: %s", error.code.value)
                self._failure = error.code
                self._write()
                delay_s = RETRY_DELAYS_S[min(attempt, len(RETRY_DELAYS_S) - 1)]
                attempt += 1
                # A wish that arrives meanwhile (retry button, line back) cuts the waiting short.
                try:
                    await asyncio.wait_for(self._wanted.wait(), delay_s)
                except TimeoutError:
                    self._wanted.set()
            else:
                attempt = 0
                self._failure = None
                self._fresh_at = self._service.now()
                self._take(meetings)

    async def _fetch_notices(self) -> None:
        try:
            notices = [each for each in await self._service.notifications() if each.read_at is None]
            fresh = [each for each in notices if each.id not in self._shown_notices]
            for notice in reversed(fresh):
                self._shown_notices.add(notice.id)
                self._announce(notice)
            if fresh:
                await self._service.mark_read([each.id for each in fresh])
        except ApiError as error:
            # The list itself still arrives; the notice comes with the next event or reconnection.
            log.warning("notices could not be fetched: %s", error.code.value)

    def _announce(self, notice: Notification) -> None:
        self.say(notice_words(notice, self.known_meeting(str(notice.meeting_id))), Tone.PRIMARY)
        self.notified.emit(notice)

    def _take(self, meetings: list[Meeting]) -> None:
        known = {each.id: each for each in self._meetings or []}
        # A slow answer must not undo a newer state: the database's version decides.
        self._meetings = [
            known[each.id] if each.id in known and known[each.id].version > each.version else each
            for each in meetings
        ]
        self._write()
        self.fetched.emit(list(self._meetings))

    def say(self, text: str, tone: Tone) -> None:
        """Show a toast."""
        self._set(notice=text, notice_tone=tone, notice_id=self._state.notice_id + 1)

    def _mark(self, **changes: Any) -> None:
        self._marks = replace(self._marks, **changes)
        self._write()

    # ------------------------------------------------------------------ words

    def _dates(self) -> Dates:
        return Dates(self._language.locale, system_zone())

    def _write(self) -> None:
        dates, now = self._dates(), self._service.now()
        writer = RowWriter(dates, now, self._marks)
        operator = self._user.role is Role.OPERATOR
        coming, history = self._split(now)
        rows = [(each, writer.row(each)) for each in coming]
        self._set(
            phase=self._phase(),
            me=person_state(self._user.full_name),
            greeting=self.tr("Meetings")
            if operator
            else self.tr("Hello {name}").format(name=self._user.full_name.split(" ")[0]),
            offline=self._offline(dates),
            next=rows[0][1] if rows else None,
            next_heading=self.tr("Next") if operator else self.tr("Your next meeting"),
            groups=self._groups(rows[1:], dates, now),
            history=tuple(writer.row(each) for each in history),
            empty_title=self.tr("Plan your first meeting")
            if operator and not history
            else self.tr("No meeting planned"),
            empty_help=self.tr("Choose a client, a day and an hour: the client is told at once.")
            if operator
            else self.tr("You will be told here as soon as one is planned."),
            error=text_for(self._failure) if self._failure is not None and self._meetings is None else None,
            can_schedule=operator,
            store_note=""
            if self._persistent
            else self.tr("This computer has no password store: you will sign in again at the next start."),
        )

    def _phase(self) -> ListPhase:
        if self._meetings is None:
            return ListPhase.LOADING if self._failure is None else ListPhase.ERROR
        return ListPhase.READY if self._meetings else ListPhase.EMPTY

    def _offline(self, dates: Dates) -> str:
        if self._fresh_at is None or self._failure is None:
            return ""
        now, hour = self._service.now(), dates.hour(self._fresh_at)
        if self._fresh_at.astimezone(dates.zone).date() == now.astimezone(dates.zone).date():
            return self.tr("Offline: list as of {hour}. Trying again…").format(hour=hour)
        return self.tr("Offline: list of {day}, {hour}. Trying again…").format(
            day=dates.day(self._fresh_at, now=now), hour=hour
        )

    def _split(self, now: datetime) -> tuple[list[Meeting], list[Meeting]]:
        """What is to come (running first, then by hour) and what is over (latest first)."""
        coming: list[Meeting] = []
        over: list[Meeting] = []
        for each in self._meetings or []:
            closed = each.status in (MeetingStatus.COMPLETED, MeetingStatus.CANCELLED)
            missed = each.status is MeetingStatus.SCHEDULED and is_missed(
                each.scheduled_at, each.planned_minutes, now=now
            )
            (over if closed or missed else coming).append(each)
        coming.sort(
            key=lambda each: (each.status is not MeetingStatus.IN_PROGRESS, each.scheduled_at, each.id)
        )
        over.sort(key=lambda each: (each.started_at or each.scheduled_at, each.id), reverse=True)
        return coming, over

    def _groups(
        self, rows: list[tuple[Meeting, MeetingRow]], dates: Dates, now: datetime
    ) -> tuple[MeetingGroup, ...]:
        headings = {
            Period.TODAY: self.tr("Today"),
            Period.TOMORROW: self.tr("Tomorrow"),
            Period.THIS_WEEK: self.tr("This week"),
            Period.LATER: self.tr("Later"),
        }
        groups = []
        for period, heading in headings.items():
            members = tuple(
                row for each, row in rows if period_of(each.scheduled_at, now=now, zone=dates.zone) is period
            )
            if members:
                groups.append(MeetingGroup(heading, members))
        return tuple(groups)
