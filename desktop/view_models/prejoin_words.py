"""How a meeting stands, in a sentence, for whoever is before its room; and what stands in his way."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from backend_client.errors import ApiErrorCode
from backend_client.models import DoorState, Meeting, MeetingStatus, Role
from desktop.view_models.dates import Dates
from desktop.view_models.error_texts import text_for
from desktop.view_models.names import with_name
from desktop.view_models.states import Tone


def is_held(meeting: Meeting) -> bool:
    """The meeting runs, and its host does not let us in yet."""
    running = meeting.status is MeetingStatus.IN_PROGRESS
    return running and meeting.door is DoorState.HELD and meeting.my_role is Role.CLIENT


class PreJoinWords(QObject):
    """The sentences of the screen before a meeting."""

    def gone(self, meeting: Meeting) -> str:
        """Why there is nothing to join or to wait for; "" while there is."""
        if meeting.status is MeetingStatus.COMPLETED:
            return text_for(ApiErrorCode.MEETING_CLOSED).sentence
        if meeting.status is MeetingStatus.CANCELLED:
            return self.tr("This meeting was cancelled.")
        if meeting.my_role is Role.CLIENT and meeting.door is DoorState.REFUSED:
            sentence = self.tr("{name} cannot let you in at the moment.")
            return sentence.format(name=meeting.operator.full_name)
        return ""

    def with_whom(self, name: str) -> str:
        """The other person."""
        return self.tr("with {name}").format(name=name)

    def wait(self, meeting: Meeting, *, early: bool) -> str:
        """What somebody waits for; `early` before the planned hour, to which a countdown runs."""
        name = meeting.operator.full_name
        if is_held(meeting):
            return with_name(self.tr("You come in by yourself as soon as {name} lets you in."), name)
        if early:
            words = self.tr("until the planned hour. You come in by yourself when {name} starts.")
        else:
            words = self.tr("The planned hour has come. You come in by yourself when {name} starts.")
        return with_name(words, name)

    def nudge(self, meeting: Meeting) -> str:
        """The button that tells the host once more."""
        return self.tr("Let {name} know").format(name=meeting.operator.full_name)

    def nudged(self, meeting: Meeting) -> str:
        """It was done."""
        return self.tr("{name} has been told that you are waiting.").format(name=meeting.operator.full_name)

    def line(self, meeting: Meeting, now: datetime, dates: Dates) -> tuple[str, Tone]:
        """One sentence on how the meeting stands, and its meaning."""
        host = meeting.operator.full_name
        planned = meeting.status is MeetingStatus.SCHEDULED
        if planned and meeting.my_role is Role.OPERATOR:
            return self._who_is_there(meeting, now, dates)
        if is_held(meeting):
            sentence = self.tr("The meeting runs. {name} knows that you are waiting.")
            return sentence.format(name=host), Tone.PRIMARY
        if planned:
            sentence = self.tr("{name} has not started yet: everything is ready on your side.")
            return sentence.format(name=host), Tone.PRIMARY
        if meeting.started_at is None:
            return "", Tone.NEUTRAL
        since_s = int((now - meeting.started_at).total_seconds())
        if since_s < 60:
            return self.tr("The meeting has just started."), Tone.SUCCESS
        sentence = self.tr("The meeting started {duration} ago.")
        return sentence.format(duration=dates.duration(since_s)), Tone.SUCCESS

    def _who_is_there(self, meeting: Meeting, now: datetime, dates: Dates) -> tuple[str, Tone]:
        """Whom the host lets in by starting."""
        name, since = meeting.client.full_name, meeting.client_waiting_since
        if since is None:
            return self.tr("{name} is told as soon as you start.").format(name=name), Tone.NEUTRAL
        waited_s = int((now - since).total_seconds())
        if waited_s < 60:
            return self.tr("{name} is waiting for you.").format(name=name), Tone.SUCCESS
        words = self.tr("{name} has been waiting for you for {duration}.")
        return words.format(name=name, duration=dates.duration(waited_s)), Tone.SUCCESS
