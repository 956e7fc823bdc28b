"""The sentences of a room: what happens, how it ended, what it did by itself."""

from __future__ import annotations

import math
from datetime import datetime

from PySide6.QtCore import QObject

from backend_client.models import Meeting, Role
from desktop.rtc.state import EndReason, RoomNotice, RoomPhase, RoomState
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.states import ErrorText, RoomStage


class RoomWords(QObject):
    """Puts one meeting's room into words.

    Args:
        meeting: the running meeting.
        language: words and dates.
    """

    def __init__(self, meeting: Meeting, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._meeting = meeting
        self._language = language
        self._is_host = meeting.my_role is Role.OPERATOR

    def elapsed(self, now: datetime) -> str:
        """Time since the start, "" before it."""
        if self._meeting.started_at is None:
            return ""
        return self.dates().elapsed(int((now - self._meeting.started_at).total_seconds()))

    def leaving(self) -> str:
        """While leaving or ending."""
        return self.tr("Leaving the meeting…")

    def muted_by_host(self, name: str) -> str:
        """Said until the microphone is switched on again."""
        return self.tr("{name} turned your microphone off.").format(name=name)

    def connection_lost(self) -> ErrorText:
        """The line was away for too long."""
        return ErrorText(self.tr("The connection was lost for too long."), self.tr("Join again"))

    def stage(
        self, state: RoomState, *, somebody: bool, ended: Meeting | None = None
    ) -> tuple[RoomStage, str, str]:
        """What the window shows, the line in its middle, and a smaller one."""
        match state.phase:
            case RoomPhase.IDLE | RoomPhase.CONNECTING:
                return RoomStage.CONNECTING, self.tr("Joining the meeting…"), ""
            case RoomPhase.RECONNECTING:
                return (
                    RoomStage.RECONNECTING,
                    self.tr("Reconnecting…"),
                    self.tr("Sound and picture come back by themselves."),
                )
            case RoomPhase.LEFT:
                return RoomStage.ENDED, self._ending(state, ended), ""
        if somebody:
            return RoomStage.LIVE, "", ""
        return RoomStage.LIVE, *self._nobody(state)

    def _nobody(self, state: RoomState) -> tuple[str, str]:
        """Why we are alone: whom we wait for, and whether he was there before."""
        other = self._meeting.client if self._is_host else self._meeting.operator
        gone = [each for each in state.absent if each.is_moderator is not self._is_host]
        if not gone:
            return (
                self.tr("{name} is not here yet.").format(name=other.full_name),
                self.tr("You are connected: the picture appears by itself."),
            )
        name = gone[-1].name or other.full_name
        if gone[-1].lost:
            return (
                self.tr("{name} is reconnecting…").format(name=name),
                self.tr(
                    "The line was cut over there. The meeting goes on: the picture comes back by itself."
                ),
            )
        return (
            self.tr("{name} has left.").format(name=name),
            self.tr("The meeting goes on: {name} can come back.").format(name=name),
        )

    def duration(self, ended: Meeting | None) -> str:
        """How long the meeting was, "" while nobody has said so."""
        if ended is None or ended.duration_seconds is None:
            return ""
        return self.tr("Duration: {duration}").format(duration=self.dates().duration(ended.duration_seconds))

    def next_meeting(self, meeting: Meeting | None, now: datetime) -> str:
        """What is planned next, "" for nothing."""
        if meeting is None:
            return ""
        dates = self.dates()
        return self.tr("Next meeting: {title}, {day} at {hour}").format(
            title=meeting.title,
            day=dates.day(meeting.scheduled_at, now=now),
            hour=dates.hour(meeting.scheduled_at),
        )

    def alone(self, left_s: float) -> tuple[str, str]:
        """Before a meeting ends by itself: what is so, and what will happen when."""
        seconds = math.ceil(left_s)
        if self._is_host:
            words = self.tr("The meeting ends by itself in %n second(s).", "", seconds)
        else:
            words = self.tr("You leave the meeting by yourself in %n second(s).", "", seconds)
        return self.tr("You have been alone for 15 minutes."), words

    def notice(self, state: RoomState) -> str:
        """What the room did by itself, in a sentence."""
        if state.notice is RoomNotice.CAMERA_OFF_FOR_VOICE and state.phase is not RoomPhase.LEFT:
            return self.tr("Your camera is off so that your voice gets through. It comes back by itself.")
        return ""

    def dates(self) -> Dates:
        """How this reader writes hours and durations."""
        return Dates(self._language.locale, system_zone())

    def _ending(self, state: RoomState, ended: Meeting | None) -> str:
        if state.error is not None:
            return text_for(state.error).sentence
        match state.end_reason:
            case EndReason.CLOSED:
                if ended is not None and ended.end_reason == "max_duration":
                    return self.tr("The meeting has reached its longest duration.")
                if ended is not None and ended.end_reason in ("abandoned", "never_joined"):
                    return self.tr("The meeting has ended: it had been empty.")
                if self._is_host:
                    return self.tr("The meeting is over.")
                return self.tr("{name} has ended the meeting.").format(name=self._meeting.operator.full_name)
            case EndReason.REMOVED:
                return self.tr("You were removed from the meeting.")
        return self.tr("You have left the meeting.")
