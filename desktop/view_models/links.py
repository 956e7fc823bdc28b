"""What a deep link leads to: a running meeting, or a sentence that says why not."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Meeting, MeetingStatus, User
from desktop.system.deep_link import (
    CompanyLink,
    DeepLinkError,
    InviteLink,
    Link,
    MeetingLink,
    ResetLink,
    read_link,
)
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.names import with_name
from desktop.view_models.ports import MeetingsPort
from desktop.view_models.states import Tone
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)


class LinkFollower(QObject):
    """Follows links, at once or as soon as somebody is signed in.

    An invitation or a new password concerns the log-in card: it is followed while nobody is signed
    in, and waits otherwise. So does the way back from the company's log-in, which never waits for a
    log-out.

    Signals:
        room_requested(Meeting): the link's meeting is under way.
        entry_requested(InviteLink | ResetLink | CompanyLink): the log-in card shall ask for what it needs.
        said(str, Tone): one sentence about the link, for the list's window.
        waits(str): why the log-in card is in the way of the link; "" when nothing waits any more.

    Args:
        meetings: the service.
        language: for sentences.
    """

    room_requested = Signal(object)
    entry_requested = Signal(object)
    said = Signal(str, object)
    waits = Signal(str)

    def __init__(self, meetings: MeetingsPort, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._meetings = meetings
        self._language = language
        self._scope = TaskScope()
        self._user: User | None = None
        self._kept: Link | None = None
        self._at_card = False
        self._unreadable = False
        language.changed.connect(lambda: self.waits.emit(self.waiting_for))

    @property
    def waiting_for(self) -> str:
        """What the log-in card says while a link waits for somebody to sign in, "" for nothing."""
        if self._unreadable:
            return self._unreadable_words()
        waits = isinstance(self._kept, MeetingLink)
        return self.tr("Sign in to open the meeting of your link.") if waits else ""

    def open(self, text: str) -> None:
        """Follow a link; nobody signed in, it is kept until somebody is.

        A later link takes the place of one that waits.
        """
        self._unreadable = False
        try:
            link = read_link(text)
        except DeepLinkError:
            log.info("a link that is none of ours was refused")
            self._kept = None
            self._unreadable = self._user is None
            if self._user is not None:
                self.said.emit(self._unreadable_words(), Tone.DANGER)
            self.waits.emit(self.waiting_for)
            return
        if isinstance(link, CompanyLink) and self._user is not None:
            self.said.emit(self._signed_in_already(self._user), Tone.NEUTRAL)
            return
        self._kept = link
        if isinstance(link, MeetingLink) and self._user is not None:
            self._follow(link)
        elif isinstance(link, MeetingLink):
            self.waits.emit(self.waiting_for)
        elif self._user is not None:
            self.said.emit(self._sign_out_first(self._user), Tone.WARNING)
        elif self._at_card:
            self._kept = None
            self.entry_requested.emit(link)

    def signed_in(self, user: User) -> None:
        """Somebody is signed in: follow what waited for that."""
        self._user = user
        self._at_card = False
        if self._unreadable:
            self._unreadable = False
            self.said.emit(self._unreadable_words(), Tone.DANGER)
        elif isinstance(self._kept, MeetingLink):
            self._follow(self._kept)
        elif isinstance(self._kept, CompanyLink):
            self._kept = None
            self.said.emit(self._signed_in_already(user), Tone.NEUTRAL)
        elif self._kept is not None:
            self.said.emit(self._sign_out_first(user), Tone.WARNING)

    def signed_out(self) -> None:
        """Nobody is signed in (any more), and the log-in card is there; a meeting goes on waiting."""
        self._user = None
        self._at_card = True
        if isinstance(self._kept, InviteLink | ResetLink | CompanyLink):
            link, self._kept = self._kept, None
            self.entry_requested.emit(link)

    async def close(self) -> None:
        """Stop following."""
        await self._scope.close()

    def _follow(self, link: MeetingLink) -> None:
        self._kept = None
        self._scope.start(self._open_meeting(link), name="deep link")

    async def _open_meeting(self, link: MeetingLink) -> None:
        try:
            meeting = await self._meetings.meeting(link.meeting_id)
        except ApiError as error:
            log.warning("the meeting of a link cannot be opened: %s", error.code.value)
            self.said.emit(self._refusal(error), Tone.DANGER)
            return
        if meeting.status is MeetingStatus.IN_PROGRESS:
            self.room_requested.emit(meeting)
        else:
            self.said.emit(self._not_now(meeting), Tone.PRIMARY)

    def _refusal(self, error: ApiError) -> str:
        # The service says the same of a meeting that is not there and of one that is somebody else's.
        if error.code in (ApiErrorCode.NOT_FOUND, ApiErrorCode.FORBIDDEN) and self._user is not None:
            words = self.tr(
                "The meeting of this link does not exist, or is not one of {name}’s. "
                "If it is for another account, sign out first."
            )
            return with_name(words, self._user.full_name)
        return text_for(error.code).sentence

    def _not_now(self, meeting: Meeting) -> str:
        if meeting.status is MeetingStatus.CANCELLED:
            return self.tr("“{title}” was cancelled.").format(title=meeting.title)
        if meeting.status is MeetingStatus.COMPLETED:
            return self.tr("“{title}” is over.").format(title=meeting.title)
        dates = Dates(self._language.locale, system_zone())
        return self.tr("“{title}” has not started yet. It is planned for {day} at {hour}.").format(
            title=meeting.title,
            day=dates.day(meeting.scheduled_at, now=self._meetings.now()),
            hour=dates.hour(meeting.scheduled_at),
        )

    def _sign_out_first(self, user: User) -> str:
        words = self.tr("You are signed in as {name}. Sign out first: the link is opened then.")
        return with_name(words, user.full_name)

    def _signed_in_already(self, user: User) -> str:
        return self.tr("You are signed in as {name}: nothing is left to do in the browser.").format(
            name=user.full_name
        )

    def _unreadable_words(self) -> str:
        return self.tr("This link is incomplete or is none of ours. Copy it again from the message.")
