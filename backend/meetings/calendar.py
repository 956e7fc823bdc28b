"""Meetings as iCalendar (RFC 5545), for people's own calendars and for mails.

    one meeting, PUBLISH or CANCEL     what a person saves or opens
    many meetings, PUBLISH             everything the caller has
    one meeting, REQUEST or CANCEL     what a mail carries: organizer and attendee by address

An entry keeps its UID for ever and counts SEQUENCE with the meeting's version, so that a calendar
replaces what it has. DTSTAMP is the last change, not the moment of asking: the same meeting gives the
same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
from icalendar import Alarm, Event, Timezone, vCalAddress, vText

from backend_client.models import Meeting, MeetingStatus

MEDIA_TYPE = "text/calendar"
REMIND_BEFORE = timedelta(minutes=10)
_PRODUCT = "-//MiKL//MiKL Visio//EN"
_UID_DOMAIN = "visio.mikl.example"
# What calendars write where a person has no address to show; theirs stay with the service.
_NO_ADDRESS = "invalid:nomail"


@dataclass(frozen=True, slots=True)
class Addresses:
    """E-mail addresses that a mail's entry names; entries for download name none."""

    organizer: str
    attendee: str


def uid_of(meeting_id: UUID) -> str:
    """The entry's name in every calendar, for ever."""
    return f"{meeting_id}@{_UID_DOMAIN}"


def calendar_of(
    meetings: Sequence[Meeting], *, method: str, time_zone: str, addresses: Addresses | None = None
) -> bytes:
    """The entries as one iCalendar object, CRLF line ends, UTF-8.

    Args:
        meetings: in any order; REQUEST and CANCEL take one.
        method: `PUBLISH`, `REQUEST` or `CANCEL` (RFC 5546).
        time_zone: IANA name in which the times are written; an unknown one counts as UTC.
        addresses: for REQUEST and CANCEL by mail.
    """
    zone = _zone(time_zone)
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("method", method)
    if meetings and zone.key != "UTC":
        calendar.add_component(_zone_component(zone, meetings))
    for meeting in meetings:
        calendar.add_component(_entry(meeting, zone, addresses))
    content: bytes = calendar.to_ical()
    return content


def method_of(meeting: Meeting) -> str:
    """PUBLISH, or CANCEL once the meeting is cancelled."""
    return "CANCEL" if meeting.status is MeetingStatus.CANCELLED else "PUBLISH"


def _entry(meeting: Meeting, zone: ZoneInfo, addresses: Addresses | None) -> Event:
    entry = Event()
    entry.add("uid", uid_of(meeting.id))
    entry.add("sequence", meeting.version)
    changed_at = (meeting.updated_at or meeting.scheduled_at).astimezone(UTC)
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
    starts = meeting.scheduled_at.astimezone(zone)
    entry.add("dtstart", starts)
    entry.add("dtend", _later(starts, timedelta(minutes=meeting.planned_minutes)))
    entry.add("summary", meeting.title)
    if meeting.description:
        entry.add("description", meeting.description)
    cancelled = meeting.status is MeetingStatus.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    # Text, not URI: calendars that only know https would drop the entry's other members with it.
    entry.add("location", f"mikl://meetings/{meeting.id}")
    organizer = vCalAddress(f"mailto:{addresses.organizer}" if addresses else _NO_ADDRESS)
    organizer.params["CN"] = vText(_parameter(meeting.operator.full_name))
    entry.add("organizer", organizer)
    if addresses is not None:
        attendee = vCalAddress(f"mailto:{addresses.attendee}")
        attendee.params["CN"] = vText(_parameter(meeting.client.full_name))
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["RSVP"] = vText("FALSE")
        entry.add("attendee", attendee)
    if meeting.status is MeetingStatus.SCHEDULED:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", meeting.title)
        alarm.add("trigger", -REMIND_BEFORE)
        entry.add_component(alarm)
    return entry


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Names come from people's profiles; not every machine's list knows every name.
        return ZoneInfo("UTC")


def _zone_component(zone: ZoneInfo, meetings: Sequence[Meeting]) -> Timezone:
    """VTIMEZONE with the changes of the clock around these meetings, a whole year at either end."""
    years = [meeting.scheduled_at.year for meeting in meetings]
    return Timezone.from_tzid(
        zone.key, first_date=date(min(years) - 1, 1, 1), last_date=date(max(years) + 2, 1, 1)
    )


def _later(moment: datetime, span: timedelta) -> datetime:
    """`span` of real time later: on the wall clock an hour may be missing or come twice."""
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)


def _parameter(text: str) -> str:
    """A name that fits into a parameter: RFC 5545 §3.1 has no way to write these characters there."""
    return "".join(" " if character < " " or character in '"\x7f' else character for character in text)
