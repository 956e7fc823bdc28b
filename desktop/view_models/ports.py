"""What the view-models need from outside, as protocols; `desktop/app/wiring.py` plugs in the real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend_client.company import CompanyAttempt
from backend_client.models import (
    Client,
    CompanyName,
    LiveEvent,
    Meeting,
    MeetingRequest,
    Notification,
    Presence,
    ResetConfirmation,
    RoomToken,
    User,
)
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.room import RoomRequest
from desktop.rtc.signals import Signal
from desktop.rtc.state import RoomState
from desktop.rtc.statistics import RoomStatistics
from desktop.view_models.device_states import DeviceKind, DevicesState, PreviewState, SoundSwitches


class SignInPort(Protocol):
    """Who uses the app. Every method may raise `ApiError`."""

    async def log_in(
        self, email: str, password: str, stay_signed_in: bool, *, totp: str | None = None
    ) -> User:
        """Log in; `stay_signed_in` keeps the session over a restart, `totp` is the second factor's code."""

    async def accept_invite(self, code: str, password: str, full_name: str, stay_signed_in: bool) -> User:
        """Accept an invitation and be signed in."""

    async def log_out(self) -> None:
        """End the session here; never fails because the service is away."""


class CompanyPort(Protocol):
    """The company's own log-in. Every method may raise `ApiError`."""

    async def company(self) -> CompanyName | None:
        """What it is called; None where there is none."""

    async def begin_company_log_in(self, *, port: int | None = None) -> CompanyAttempt:
        """An address for the browser; `port` is where we listen for its way back, None for a link."""

    async def finish_company_log_in(self, attempt: CompanyAttempt, code: str, stay_signed_in: bool) -> User:
        """Be signed in with the code that came back."""


class PasswordResetPort(Protocol):
    """A forgotten password. Every method may raise `ApiError`."""

    async def ask_for_reset(self, email: str) -> None:
        """Have a code mailed, if the address has an account; nobody is told whether it has."""

    async def confirm_reset(self, confirmation: ResetConfirmation) -> None:
        """Set a new password by the mailed code."""


class MeetingsPort(Protocol):
    """The service's meetings. Every method may raise `ApiError`."""

    def now(self) -> datetime:
        """The service's clock: aware, UTC."""

    async def meetings(self) -> list[Meeting]:
        """Everything the signed-in person may see."""

    async def meeting(self, meeting_id: UUID) -> Meeting:
        """One meeting."""

    async def clients(self) -> list[Client]:
        """The operator's clients."""

    async def create_meeting(self, request: MeetingRequest, *, idempotency_key: str) -> Meeting:
        """Schedule; the same key and request give the same meeting."""

    async def start(self, meeting_id: UUID) -> Meeting:
        """`scheduled → in_progress`."""

    async def end(self, meeting_id: UUID) -> Meeting:
        """`in_progress → completed`."""

    async def room_token(self, meeting_id: UUID) -> RoomToken:
        """One join of the meeting's room."""

    async def notifications(self) -> list[Notification]:
        """Notices, newest first."""

    async def mark_read(self, notification_ids: list[UUID]) -> None:
        """Do not show these again."""


class PresencePort(Protocol):
    """Who is in a meeting's room. May raise `ApiError`."""

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Every stay, in order of arrival."""

    def now(self) -> datetime:
        """The service's clock: aware, UTC."""


class EventsPort(Protocol):
    """Live events."""

    async def run(self, on_event: Callable[[LiveEvent], None], on_online: Callable[[bool], None]) -> None:
        """Deliver events until cancelled or the session ends; say when the line comes and goes."""


class RoomPort(Protocol):
    """One live room behind the thread bridge. Actions may raise `RtcError`.

    `changed` is a Qt signal that carries a `RoomState`, `signal_received` one that carries a data
    `Signal` of somebody's; both are delivered in the caller's thread, in the room's order.
    """

    changed: Any
    signal_received: Any

    @property
    def state(self) -> RoomState:
        """The latest snapshot that was delivered."""

    async def join(self, request: RoomRequest) -> None:
        """Open the devices, connect, publish, subscribe."""

    async def set_microphone(self, on: bool) -> None:
        """Mute or unmute."""

    async def set_camera(self, on: bool) -> None:
        """Show or hide the own picture."""

    async def send(self, signal: Signal, to: Sequence[str] = ()) -> None:
        """Send a data signal to everybody, ourselves included, or to some connections."""

    async def statistics(self) -> RoomStatistics:
        """What each stream did in the last second."""

    async def watch_video(self, stream_id: str, on: bool) -> None:
        """Stop to decode a stream's pictures, or begin again."""

    async def set_economy(self, on: bool) -> None:
        """Send less, or all again."""

    async def set_hand(self, raised: bool) -> None:
        """Raise or lower our hand."""

    async def force_disconnect(self, connection_id: str) -> None:
        """Put a participant out; moderators only."""

    async def force_unpublish(self, stream_id: str) -> None:
        """Take a participant's stream down; moderators only."""

    async def leave(self) -> None:
        """Leave and release everything; safe more than once."""

    def picture(self, stream_id: str) -> PictureSlot:
        """What a tile paints; `""` is the own picture."""

    def audio_level(self, stream_id: str) -> AudioLevel:
        """How loud a stream is; `""` is the own microphone."""


RoomFactory = Callable[[], RoomPort]
"""Makes the bridge for one room."""


class PreviewPort(Protocol):
    """Camera, microphone and loudspeaker before a meeting, so that people see and hear what they send.

    It goes with the choice of `DevicesPort`: choosing another camera there shows that one here.
    `changed` is a Qt signal that carries a `PreviewState`. Nothing here waits for a device.
    """

    changed: Any

    @property
    def state(self) -> PreviewState:
        """What it does at the moment."""

    @property
    def picture(self) -> PictureSlot:
        """What the camera shows; empty while it is off."""

    @property
    def loudness(self) -> float:
        """How loud the microphone is, 0.0 to 1.0 for a bar: look twenty times a second."""

    def show_camera(self, on: bool) -> None:
        """Show or hide the picture; hidden, the device is free for others."""

    def listen(self, on: bool) -> None:
        """Measure the microphone, or release it."""

    def test_speaker(self) -> None:
        """Record three seconds and play them on the chosen loudspeaker; while it runs: stop it."""

    async def hand_over(self, *, camera: bool, microphone: bool) -> None:
        """Leave what is open to the room, which then need not open it again; before `close`.

        Args:
            camera: the room is going to use it.
            microphone: the same.
        """

    async def close(self) -> None:
        """Release everything; the room may open the devices once this has returned."""


class DevicesPort(Protocol):
    """Cameras, microphones and loudspeakers of the machine, and which of them are used.

    `changed` is a Qt signal that carries a `DevicesState`. While a room runs, a choice takes effect in
    it at once; what the user chose is remembered over restarts.
    """

    changed: Any

    @property
    def state(self) -> DevicesState:
        """The latest lists and choices."""

    async def load(self) -> None:
        """Read the lists and follow them from now on; loads QtMultimedia without blocking. Safe twice."""

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use this device from now on; "" follows the system's default."""

    def set_switches(self, switches: SoundSwitches) -> None:
        """Change what is done to our voice."""

    def set_blur(self, on: bool) -> None:
        """Put the background of our picture out of focus, or not; nothing where IT has decided it."""

    def preview(self) -> PreviewPort:
        """A new preview, with everything off; whoever asks closes it."""
