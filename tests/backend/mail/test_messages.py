"""Messages: one header stays one header, everybody's text stays text, calendars get what they need."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.mail.letters import Material, one_line
from backend.mail.messages import compose, message_id
from tests.backend.mail.letters_of import ALL, CODE, PUBLIC_URL, SENDER, material

NAME = "<1@mikl.example>"
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version",
    "Content-Type",
}  # fmt: skip
# Everything that PostgreSQL can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)
ATTACKS = st.sampled_from(
    ["<script>x</script>", '"><img src=x>', "a\r\nBcc: eve@demo.visio\r\n\r\n<i>", "a\u2028b"]
)


def received(kind: str, written: Material) -> EmailMessage:
    """The message after its way over the wire."""
    sent = compose(kind, written, name=NAME, sender=SENDER, public_url=PUBLIC_URL)
    parsed = message_from_bytes(sent.as_bytes(policy=SMTP), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


def entries_of(message: EmailMessage) -> icalendar.Calendar:
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "meeting.ics"
    return icalendar.Calendar.from_ical(attachment.get_content())


@given(name=ATTACKS | TEXT, title=ATTACKS | TEXT, description=ATTACKS | TEXT, device=ATTACKS | TEXT)
@settings(max_examples=25, deadline=None)
def test_no_text_of_a_person_makes_a_header_or_markup(
    name: str, title: str, description: str, device: str
) -> None:
    """Whatever is in names, titles, descriptions, devices: the same headers, one recipient, no element."""
    for kind in ("mail.meeting-scheduled", "mail.session-reused"):
        message = received(
            kind, material(kind, name=name, title=title, description=description, device=device)
        )
        assert set(message.keys()) == HEADERS
        assert [address.addr_spec for address in message["To"].addresses] == ["alice@demo.visio"]
        assert "\n" not in message["Subject"]
        assert Tags(text_of(message, "html")).seen <= Tags.KNOWN


class Tags(HTMLParser):
    """The elements of a page."""

    KNOWN = frozenset(
        {"html", "head", "meta", "title", "style", "body", "div", "p", "a", "br", "table", "tr", "th", "td"}
    )

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.targets += [value or "" for name, value in attrs if name in {"href", "src"}]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O’Brien",
        "Durand, Alice (chef)",
        'dit "Le Grand" \\',
        "名前",
        "=?utf-8?q?x?=",
        "é" * 200,
        "a@b <c@d>",
    ],
)
def test_names_arrive_as_they_are(name: str) -> None:
    """Beyond ASCII, with the signs of address lists, long, or pretending to be encoded."""
    message = received("mail.password-changed", material("mail.password-changed", name=name))
    (address,) = message["To"].addresses
    # Python's parser, not the message, puts a space where a long name was folded (RFC 2047 §6.2).
    assert address.display_name.replace(" ", "") == one_line(name).replace(" ", "")
    assert address.addr_spec == "alice@demo.visio"


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_every_mail_says_the_same_in_text_and_html(kind: str, locale: str) -> None:
    """In the reader's language, nothing unfilled, nothing fetched from elsewhere."""
    message = received(kind, material(kind, locale=locale))
    plain, page = text_of(message, "plain"), text_of(message, "html")
    assert message["Content-Language"] == locale[:2]
    assert plain.startswith("Bonjour Alice" if locale == "fr" else "Hello Alice")
    assert "{" not in plain + message["Subject"]
    assert f'<html lang="{locale[:2]}">' in page
    tags = Tags(page)
    assert all(target.startswith((PUBLIC_URL, "mikl://meetings/")) for target in tags.targets)
    assert not {"img", "script", "link"} & tags.seen
    for target in tags.targets:
        assert target in plain


def test_a_code_stands_behind_the_hash_of_its_link_only() -> None:
    """Never in a header, never in a part of an address that travels to a server."""
    for kind, page in (("mail.invite", "invite"), ("mail.reset", "reset")):
        message = received(kind, material(kind))
        assert f"{PUBLIC_URL}/{page}#{CODE}" in text_of(message, "plain")
        assert CODE not in " ".join(str(value) for value in message.values())
        assert "3 mars 2031 à 14:00 (Europe/Paris)" in text_of(message, "plain")


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("mail.meeting-scheduled", "REQUEST"),
        ("mail.meeting-moved", "REQUEST"),
        ("mail.meeting-cancelled", "CANCEL"),
    ],
)
def test_one_meeting_comes_as_a_calendar_s_entry(kind: str, method: str) -> None:
    """Inline with its method and as a file; the sender organizes, the version counts."""
    message = received(kind, material(kind))
    (inline,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert inline["Content-Type"].params["method"] == method
    calendar = entries_of(message)
    assert calendar["method"] == method
    (event,) = calendar.walk("VEVENT")
    assert (event["uid"], event["sequence"]) == (
        "00000000-0000-4000-8000-000000000000@visio.mikl.example",
        3,
    )
    assert event["organizer"] == f"mailto:{SENDER}"
    assert event["attendee"] == "mailto:alice@demo.visio"
    assert len(event.walk("VALARM")) == (0 if method == "CANCEL" else 1)
    assert calendar.walk("VTIMEZONE")


def test_a_series_comes_as_one_file() -> None:
    """A request is about one entry; several are published, and listed in the mail."""
    message = received("mail.meeting-scheduled", material("mail.meeting-scheduled", count=3))
    assert message["Subject"].startswith("3 réunions")
    assert not [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = entries_of(message)
    assert calendar["method"] == "PUBLISH"
    assert len(calendar.walk("VEVENT")) == 3
    assert text_of(message, "plain").count("Quand : ") == 3


def test_a_move_says_both_times() -> None:
    """Where it was and where it is."""
    plain = text_of(received("mail.meeting-moved", material("mail.meeting-moved")), "plain")
    assert "Quand : lundi 3 mars 2031 à 14:00" in plain
    assert "Auparavant : dimanche 2 mars 2031 à 10:30" in plain


def test_the_message_id_is_the_job_s() -> None:
    """The same at each attempt, another for another job, in the sender's domain; no code shows."""
    payload = {"user_id": "1", "code": CODE, "expires_at": "2031-03-03T13:00:00Z"}
    name = message_id("mail.invite", payload, SENDER)
    assert name == message_id("mail.invite", dict(reversed(payload.items())), SENDER)
    assert name != message_id("mail.invite", {**payload, "code": "other"}, SENDER)
    assert name.endswith("@mikl.example>")
    assert CODE not in name
    assert received("mail.invite", material("mail.invite"))["Message-ID"] == NAME
