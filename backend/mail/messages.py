"""Puts a letter into a message (RFC 5322, MIME): plain text, HTML, and a calendar's entry.

The HTML needs no picture, no script and no style from elsewhere, keeps its colours in dark mode and reads in
order without any style. Every text of a person is escaped there and kept to one line in headers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from backend.mail.letters import Letter, Material, one_line, write
from backend.meetings.calendar import Addresses, calendar_of
from resources.brand import ORGANISATION

_CALENDAR_METHODS = {
    "mail.meeting-scheduled": "REQUEST",
    "mail.meeting-moved": "REQUEST",
    "mail.meeting-cancelled": "CANCEL",
}


def message_id(kind: str, payload: Mapping[str, Any], sender: str) -> str:
    """The message's name: the same for each attempt of one job, and no code can be told from it."""
    content = json.dumps([kind, payload], sort_keys=True, default=str)
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(content.encode()).hexdigest()[:40]}@{domain.encode('idna').decode()}>"


def compose(
    kind: str,
    material: Material,
    *,
    name: str,
    sender: str,
    public_url: str,
    now: datetime | None = None,
) -> EmailMessage:
    """The whole message.

    Args:
        kind: of the job.
        material: what it is about.
        name: its Message-ID.
        sender: address it comes from; also the organizer's in calendars: operators' own stay private.
        public_url: where the links of codes lead.
        now: for the header Date.
    """
    letter = write(kind, material, public_url)
    recipient = material.recipient
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(ORGANISATION, addr_spec=sender)
    user, _, domain = recipient.email.rpartition("@")
    message["To"] = Address(_display_name(recipient.full_name), username=user, domain=domain)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now or datetime.now(UTC))
    message["Message-ID"] = name
    # Keeps out-of-office answers away (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(letter), cte="quoted-printable")
    message.add_alternative(_html(letter), subtype="html", cte="quoted-printable")
    method = _CALENDAR_METHODS.get(kind)
    if method is not None:
        _add_calendar(message, material, method, sender)
    # Last: what is about content moves into the first part when a second one is added.
    message["Content-Language"] = letter.language
    return message


def _add_calendar(message: EmailMessage, material: Material, method: str, sender: str) -> None:
    """The entry twice, as mail programs want it: inline, which they offer, and as a file to open.

    A REQUEST or CANCEL is about one entry (RFC 5546 §3.2); several go as one published file.
    """
    several = len(material.meetings) > 1
    content = calendar_of(
        material.meetings,
        method="PUBLISH" if several else method,
        time_zone=material.recipient.time_zone,
        addresses=Addresses(organizer=sender, attendee=material.recipient.email),
    )
    if not several:
        message.add_alternative(content.decode(), subtype="calendar", params={"method": method}, cte="base64")
    message.add_attachment(content, maintype="application", subtype="ics", filename="meeting.ics")


def _display_name(text: str) -> str:
    """A name for an address header; what looks like an encoded word would be decoded by the reader."""
    return one_line(text).replace("=?", "= ?")


def _plain(letter: Letter) -> str:
    blocks = [letter.greeting, *letter.paragraphs]
    if letter.facts:
        blocks.append(
            "\n".join(
                f"{name} : {value}" if letter.language == "fr" else f"{name}: {value}"
                for name, value in letter.facts
            )
        )
    if letter.link is not None:
        target, label = letter.link
        blocks.append(f"{label}\n{target}")
    if letter.footer:
        blocks.append(letter.footer)
    blocks.append(f"-- \n{letter.signature}")
    return "\n\n".join(blocks) + "\n"


_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
_STYLE = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (prefers-color-scheme:dark){"
    ".page{background:#16181d!important;color:#f1f3f5!important}"
    ".soft{color:#b4bac4!important}.link{color:#9db8ff!important}"
    ".button{background:#9db8ff!important;color:#10131a!important}}"
)


def _html(letter: Letter) -> str:
    parts = [f"<p>{escape(letter.greeting)}</p>"]
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in letter.paragraphs]
    if letter.facts:
        rows = "".join(
            f'<tr><th scope="row" class="soft" style="text-align:left;vertical-align:top;font-weight:400;'
            f'padding:2px 16px 2px 0;color:#4d5562">{escape(name)}</th>'
            f'<td style="padding:2px 0;font-weight:600">{escape(value)}</td></tr>'
            for name, value in letter.facts
        )
        parts.append(f'<table style="border-collapse:collapse;font-size:16px">{rows}</table>')
    if letter.link is not None:
        target, label = escape(letter.link[0]), escape(letter.link[1])
        parts.append(
            f'<p style="margin:24px 0"><a class="button" href="{target}" style="display:inline-block;'
            "padding:12px 20px;border-radius:8px;background:#2447b3;color:#ffffff;text-decoration:none;"
            f'font-weight:600">{label}</a></p>'
            f'<p class="soft" style="font-size:14px;color:#4d5562">{escape(letter.link_hint)}<br>'
            f'<a class="link" href="{target}" style="color:#2447b3;word-break:break-all">{target}</a></p>'
        )
    if letter.footer:
        parts.append(f'<p class="soft" style="font-size:14px;color:#4d5562">{escape(letter.footer)}</p>')
    parts.append(f"<p>{escape(letter.signature)}</p>")
    return (
        f'<!doctype html><html lang="{letter.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(letter.subject)}</title><style>{_STYLE}</style></head>"
        f'<body class="page" style="margin:0;background:#ffffff;color:#16181d">'
        f'<div class="page" style="max-width:560px;margin:0 auto;padding:24px;font-size:16px;line-height:1.5;'
        f'{_FONT}">{"".join(parts)}</div></body></html>\n'
    )
