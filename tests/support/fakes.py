"""Hand-written stand-ins for the view-models' ports, for tests that need a failure on demand.

They obey the protocols of `desktop/view_models/ports.py` (mypy checks it) and keep the service's
rules as far as a view-model can see them; the end-to-end tests run the real parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from backend_client.company import CompanyAttempt
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import (
    Client,
    CompanyName,
    LiveEvent,
    Meeting,
    MeetingRequest,
    MeetingStatus,
    Notification,
    Person,
    ResetConfirmation,
    Role,
    RoomToken,
    User,
)
from desktop.rtc.errors import RtcError
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.room import RoomRequest
from desktop.rtc.signals import Signal as DataSignal
from desktop.rtc.state import EndReason, RoomPhase, RoomState
from desktop.rtc.statistics import RoomStatistics

NOW = datetime(2026, 3, 2, 13, 35, tzinfo=UTC)
"""A Monday, 14:35 in Paris."""
MIKL = User(id=uuid4(), role=Role.OPERATOR, full_name="MiKL", email="mikl@demo.visio")
ALICE = User(id=uuid4(), role=Role.CLIENT, full_name="Alice Laurent", email="alice@demo.visio")


def meeting(
    title: str = "Bilan",
    *,
    at: datetime = NOW + timedelta(minutes=25),
    status: MeetingStatus = MeetingStatus.SCHEDULED,
    role: Role = Role.OPERATOR,
    version: int = 1,
    meeting_id: UUID | None = None,
) -> Meeting:
    """A meeting of MiKL with Alice, consistent with its status."""
    started = at if status in (MeetingStatus.IN_PROGRESS, MeetingStatus.COMPLETED) else None
    ended = at + timedelta(minutes=52) if status is MeetingStatus.COMPLETED else None
    return Meeting(
        id=meeting_id or uuid4(),
        client=Person(id=ALICE.id, full_name=ALICE.full_name),
        operator=Person(id=MIKL.id, full_name=MIKL.full_name),
        title=title,
        description="",
        status=status,
        scheduled_at=at,
        planned_minutes=60,
        started_at=started,
        ended_at=ended,
        duration_seconds=52 * 60 if ended else None,
        version=version,
        my_role=role,
    )


class FakeMeetings:
    """`MeetingsPort` in memory. `fail_with` makes every call fail, `refusals` one kind of call."""

    def __init__(self, meetings: list[Meeting] | None = None) -> None:
        self.rows = {each.id: each for each in meetings or []}
        self.people = [Client(id=ALICE.id, full_name=ALICE.full_name)]
        self.notices: list[Notification] = []
        self.fail_with: ApiErrorCode | None = None
        self.refusals: dict[str, ApiError] = {}
        self.calls: list[str] = []
        self.keys: list[str] = []
        self.moment = NOW

    def now(self) -> datetime:
        """The pinned moment."""
        return self.moment

    async def _answer(self, call: str) -> None:
        self.calls.append(call)
        await asyncio.sleep(0)
        if self.fail_with is not None:
            raise ApiError(self.fail_with)
        if call in self.refusals:
            raise self.refusals[call]

    async def meetings(self) -> list[Meeting]:
        """All rows."""
        await self._answer("meetings")
        return list(self.rows.values())

    async def meeting(self, meeting_id: UUID) -> Meeting:
        """One row."""
        await self._answer("meeting")
        return self.rows[meeting_id]

    async def clients(self, *, inactive: bool = False) -> list[Client]:
        """All clients."""
        await self._answer("clients")
        return [each for each in self.people if each.active or inactive]

    async def create_meeting(self, request: MeetingRequest, *, idempotency_key: str) -> Meeting:
        """Store a row."""
        self.keys.append(idempotency_key)
        await self._answer("create_meeting")
        row = meeting(request.title, at=request.scheduled_at)
        self.rows[row.id] = row
        return row

    async def start(self, meeting_id: UUID) -> Meeting:
        """`scheduled → in_progress`."""
        await self._answer("start")
        return self._move(meeting_id, status=MeetingStatus.IN_PROGRESS, started_at=self.moment)

    async def end(self, meeting_id: UUID) -> Meeting:
        """`in_progress → completed`."""
        await self._answer("end")
        return self._move(
            meeting_id, status=MeetingStatus.COMPLETED, ended_at=self.moment, duration_seconds=90
        )

    def _move(self, meeting_id: UUID, **changes: object) -> Meeting:
        row = self.rows[meeting_id]
        self.rows[meeting_id] = row.model_copy(update={**changes, "version": row.version + 1})
        return self.rows[meeting_id]

    async def room_token(self, meeting_id: UUID) -> RoomToken:
        """A token nobody will use."""
        await self._answer("room_token")
        return RoomToken(token="ws://x?sessionId=s&token=tok_1", role="PUBLISHER", session_id="s")

    async def notifications(self) -> list[Notification]:
        """All notices."""
        await self._answer("notifications")
        return list(self.notices)

    async def mark_read(self, notification_ids: list[UUID]) -> None:
        """Mark as read."""
        await self._answer("mark_read")
        self.notices = [
            each.model_copy(update={"read_at": NOW}) if each.id in notification_ids else each
            for each in self.notices
        ]


class FakeEvents:
    """`EventsPort` whose events the test sends itself."""

    def __init__(self) -> None:
        self.on_event: Callable[[LiveEvent], None] | None = None
        self.on_online: Callable[[bool], None] | None = None

    async def run(self, on_event: Callable[[LiveEvent], None], on_online: Callable[[bool], None]) -> None:
        """Hold the line open until cancelled."""
        self.on_event, self.on_online = on_event, on_online
        on_online(True)
        await asyncio.Event().wait()


class FakeSignIn:
    """`SignInPort` that knows one account. With `totp` set, it asks for that code."""

    def __init__(self, user: User = MIKL, password: str = "demo-visio") -> None:
        self.user = user
        self._password = password
        self.signed_out = 0
        self.totp: str | None = None
        self.fail_with: ApiErrorCode | None = None
        self.refusal: ApiError | None = None
        self.accepted: list[tuple[str, str]] = []

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.fail_with is not None:
            raise ApiError(self.fail_with)
        if self.refusal is not None:
            raise self.refusal

    async def log_in(
        self, email: str, password: str, stay_signed_in: bool, *, totp: str | None = None
    ) -> User:
        """Check the one account."""
        await self._answer()
        if (email, password) != (self.user.email, self._password):
            raise ApiError(ApiErrorCode.INVALID_CREDENTIALS, status=401)
        if self.totp is not None and totp != self.totp:
            raise ApiError(ApiErrorCode.TOTP_REQUIRED, status=401)
        return self.user

    async def accept_invite(self, code: str, password: str, full_name: str, stay_signed_in: bool) -> User:
        """Take the invitation."""
        await self._answer()
        self.accepted.append((code, full_name))
        return self.user

    async def log_out(self) -> None:
        """Count it."""
        self.signed_out += 1


class FakeCompany:
    """`CompanyPort` of a company whose log-in is called `name`; None for no such log-in."""

    def __init__(self, name: str | None = None, user: User = MIKL) -> None:
        self.name = name
        self.user = user
        self.fail_with: ApiErrorCode | None = None
        self.ports: list[int | None] = []
        self.finished: list[tuple[CompanyAttempt, str, bool]] = []

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.fail_with is not None:
            raise ApiError(self.fail_with)

    async def company(self) -> CompanyName | None:
        """Its name."""
        await self._answer()
        return CompanyName(name=self.name) if self.name is not None else None

    async def begin_company_log_in(self, *, port: int | None = None) -> CompanyAttempt:
        """An address with the number of the attempt."""
        await self._answer()
        if self.name is None:
            raise ApiError(ApiErrorCode.NOT_FOUND, status=404)
        self.ports.append(port)
        return CompanyAttempt(f"https://login.example/{len(self.ports)}", "v" * 43)

    async def finish_company_log_in(self, attempt: CompanyAttempt, code: str, stay_signed_in: bool) -> User:
        """The one person."""
        self.finished.append((attempt, code, stay_signed_in))
        await self._answer()
        return self.user


class FakeReset:
    """`PasswordResetPort` that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.confirmed: list[tuple[str, str]] = []
        self.refusal: ApiError | None = None

    async def ask_for_reset(self, email: str) -> None:
        """Note the address."""
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(email)

    async def confirm_reset(self, confirmation: ResetConfirmation) -> None:
        """Note code and password."""
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        self.confirmed.append((confirmation.code, confirmation.password))


class FakeRoom(QObject):
    """`RoomPort` that does as it is told. What is sent to everybody comes back, as from the server."""

    changed = Signal(object)
    signal_received = Signal(object)

    def __init__(self, join_error: RtcError | None = None) -> None:
        super().__init__()
        self.state = RoomState()
        self.join_error = join_error
        self.device_error: RtcError | None = None
        self.send_error: RtcError | None = None
        self.figures = RoomStatistics()
        self.unwatched: set[str] = set()
        self.economy = False
        self.forced: list[tuple[str, str]] = []
        self.sent: list[tuple[DataSignal, tuple[str, ...]]] = []
        self.requests: list[RoomRequest] = []
        self.left = 0
        self.levels: dict[str, AudioLevel] = {}

    def show(self, state: RoomState) -> None:
        """Become this state."""
        self.state = state
        self.changed.emit(state)

    async def join(self, request: RoomRequest) -> None:
        """Connected at once, or the error."""
        self.requests.append(request)
        await asyncio.sleep(0)
        if self.join_error is not None:
            raise self.join_error
        self.show(
            RoomState(
                phase=RoomPhase.CONNECTED,
                own_connection_id="con_A",
                microphone_on=request.microphone_on,
                camera_on=request.camera_on,
            )
        )

    async def _device(self) -> None:
        await asyncio.sleep(0)
        if self.device_error is not None:
            raise self.device_error

    async def set_microphone(self, on: bool) -> None:
        """Switch."""
        await self._device()
        self.show(replace(self.state, microphone_on=on, error=None))

    async def set_camera(self, on: bool) -> None:
        """Switch."""
        await self._device()
        self.show(replace(self.state, camera_on=on, error=None))

    async def send(self, signal: DataSignal, to: Sequence[str] = ()) -> None:
        """Keep it, or the error."""
        await asyncio.sleep(0)
        if self.send_error is not None:
            raise self.send_error
        self.sent.append((signal, tuple(to)))
        if not to:
            self.receive(replace(signal, from_connection_id=self.state.own_connection_id))

    async def statistics(self) -> RoomStatistics:
        """What the test set."""
        await asyncio.sleep(0)
        return self.figures

    async def watch_video(self, stream_id: str, on: bool) -> None:
        """Keep it."""
        await asyncio.sleep(0)
        (self.unwatched.discard if on else self.unwatched.add)(stream_id)

    async def set_economy(self, on: bool) -> None:
        """Keep it."""
        await asyncio.sleep(0)
        self.economy = on

    async def set_hand(self, raised: bool) -> None:
        """Raise or lower, or the error."""
        await asyncio.sleep(0)
        if self.send_error is not None:
            raise self.send_error
        self.show(replace(self.state, hand_raised=raised))

    async def force_disconnect(self, connection_id: str) -> None:
        """Keep it, or the error."""
        await self._force("disconnect", connection_id)

    async def force_unpublish(self, stream_id: str) -> None:
        """Keep it, or the error."""
        await self._force("unpublish", stream_id)

    async def _force(self, what: str, whom: str) -> None:
        await asyncio.sleep(0)
        if self.send_error is not None:
            raise self.send_error
        self.forced.append((what, whom))

    def receive(self, signal: DataSignal) -> None:
        """Somebody sends something."""
        self.signal_received.emit(signal)

    async def leave(self) -> None:
        """Count it."""
        self.left += 1
        if self.state.phase is not RoomPhase.LEFT:
            self.show(replace(self.state, phase=RoomPhase.LEFT, end_reason=EndReason.LEFT))

    def picture(self, stream_id: str) -> PictureSlot:
        """An empty slot."""
        return PictureSlot()

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The level that the test set."""
        return self.levels.setdefault(stream_id, AudioLevel())
