"""What a mail says to one person, in his language and time zone; neither text nor HTML yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from backend.accounts.links import web_link
from backend.mail.texts import SENTENCES, WORDS, language_of, moment, short_moment, zone_of
from backend_client.models import Meeting
from resources.brand import URL_SCHEME

KINDS = (
    "mail.invite",
    "mail.reset",
    "mail.password-changed",
    "mail.session-reused",
    "mail.meeting-scheduled",
    "mail.meeting-moved",
    "mail.meeting-cancelled",
    "mail.meeting-waiting",
)
_SUBJECT_MAX = 150
_LISTED_MAX = 60
"""Lines of meetings in a mail; a series has at most 52."""


class Recipient(BaseModel):
    """Whom a mail goes to."""

    email: str
    full_name: str
    locale: str
    time_zone: str


class Material(BaseModel):
    """What a mail is written from: its job's payload and what the database says now."""

    model_config = ConfigDict(extra="ignore")

    recipient: Recipient
    meetings: tuple[Meeting, ...] = ()
    code: str | None = None
    expires_at: datetime | None = None
    at: datetime | None = None
    device: str = ""
    previous_scheduled_at: datetime | None = None

    @property
    def said_at(self) -> datetime | None:
        """When an account's notice came about; None where the mail has an end of its own."""
        return self.at


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's content.

    Attributes:
        language: `fr` or `en`.
        subject: one line.
        greeting: first line.
        paragraphs: in order.
        facts: (name, value) pairs: when, what about, why.
        link: where the button leads, and what it says; None without one.
        link_hint: says that the link may be copied.
        footer: small print; may be empty.
        signature: last line.
    """

    language: Literal["fr", "en"]
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    link: tuple[str, str] | None
    link_hint: str
    footer: str
    signature: str


def one_line(text: str) -> str:
    """Without control characters and line ends of any kind: nothing in a header starts a new one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def write(kind: str, material: Material, public_url: str) -> Letter:
    """The letter of this kind.

    Args:
        kind: one of `KINDS`.
        material: what it is about; codes for invite and reset, meetings for meetings.
        public_url: where links of codes lead.
    """
    recipient = material.recipient
    language, zone = language_of(recipient.locale), zone_of(recipient.time_zone)
    words = WORDS[language]
    meetings = material.meetings
    several = len(meetings) > 1
    sentences = SENTENCES[language][kind.replace("meeting-", "meetings-") if several else kind]
    values: dict[str, Any] = {
        "name": one_line(recipient.full_name),
        "device": one_line(material.device) or "?",
    }
    facts: list[tuple[str, str]] = []
    if material.expires_at is not None:
        values["until"] = moment(material.expires_at, zone, language)
    if material.at is not None:
        values["at"] = moment(material.at, zone, language)
    if meetings:
        first = meetings[0]
        values |= {
            "title": one_line(first.title),
            "operator": one_line(first.operator.full_name),
            "start": short_moment(first.scheduled_at, zone, language),
            "count": len(meetings),
        }
        facts.append((words.subject, one_line(first.title)))
        if kind != "mail.meeting-waiting":
            facts += [(words.when, moment(m.scheduled_at, zone, language)) for m in meetings[:_LISTED_MAX]]
        if material.previous_scheduled_at not in {None, first.scheduled_at}:
            assert material.previous_scheduled_at is not None
            facts.append((words.previously, moment(material.previous_scheduled_at, zone, language)))
        if first.cancel_reason:
            facts.append((words.reason, one_line(first.cancel_reason)))
    paragraphs = [sentence.format_map(values) for sentence in sentences.body]
    if kind in {"mail.meeting-scheduled", "mail.meeting-moved"}:
        paragraphs.append(words.minutes.format(minutes=meetings[0].planned_minutes))
        if meetings[0].description and not several:
            paragraphs += [one_line(line) for line in meetings[0].description.splitlines() if line.strip()]
    subject = one_line(sentences.subject.format_map(values))
    return Letter(
        language=language,
        subject=subject if len(subject) <= _SUBJECT_MAX else subject[: _SUBJECT_MAX - 1] + "…",
        greeting=words.greeting.format_map(values),
        paragraphs=tuple(paragraphs),
        facts=tuple(facts),
        link=None if sentences.button is None else (_target(kind, material, public_url), sentences.button),
        link_hint=words.link_hint,
        footer=sentences.footer,
        signature=words.signature,
    )


def _target(kind: str, material: Material, public_url: str) -> str:
    if kind == "mail.invite" or kind == "mail.reset":  # noqa: PLR1714 - narrows the type
        return web_link(public_url, "invite" if kind == "mail.invite" else "reset", material.code or "")
    return f"{URL_SCHEME}://meetings/{material.meetings[0].id}"
