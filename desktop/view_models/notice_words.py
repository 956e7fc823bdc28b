"""A notice of the service in one sentence, for the list's toast and for the desktop."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from backend_client.models import EventKind, Meeting, Notification, Role

translate = QCoreApplication.translate


def notice_words(notice: Notification, meeting: Meeting | None) -> str:
    """What has happened.

    Args:
        notice: as the service told it.
        meeting: the one it is about, None while the list does not have it.
    """
    title = str(notice.body.get("title", ""))
    match notice.kind:
        case EventKind.MEETING_SCHEDULED:
            words = translate("Notices", "A meeting was planned for you: {title}")
        case EventKind.MEETING_STARTED:
            words = translate("Notices", "Your meeting has started: {title}")
        case EventKind.MEETING_CANCELLED:
            words = translate("Notices", "A meeting was cancelled: {title}")
        case EventKind.MEETING_DELAYED:
            return _delay_words(notice, title, meeting)
        case EventKind.MEETING_NUDGED:
            return _nudge_words(title, meeting)
        case _:
            words = translate("Notices", "A meeting has changed: {title}")
    return words.format(title=title)


def _delay_words(notice: Notification, title: str, meeting: Meeting | None) -> str:
    minutes = notice.body.get("minutes", "")
    if meeting is None:
        return translate("Notices", "{minutes} min late: {title}").format(minutes=minutes, title=title)
    other = meeting.client if meeting.my_role is Role.OPERATOR else meeting.operator
    return translate("Notices", "{name} comes in {minutes} min: {title}").format(
        name=other.full_name, minutes=minutes, title=meeting.title
    )


def _nudge_words(title: str, meeting: Meeting | None) -> str:
    if meeting is None:
        return translate("Notices", "Somebody is waiting for you: {title}").format(title=title)
    other = meeting.client if meeting.my_role is Role.OPERATOR else meeting.operator
    return translate("Notices", "{name} is waiting for you: {title}").format(
        name=other.full_name, title=meeting.title
    )
