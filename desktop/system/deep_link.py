"""Links that open the apps. A link names a meeting and carries no token.

mikl://meetings/<id>      opens the list at a meeting, or the meeting itself while it runs
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from resources.brand import URL_SCHEME

LINK_MAX = 300
"""Characters; ours have at most 60."""


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """Opens a meeting."""

    meeting_id: UUID


Link = MeetingLink


class DeepLinkError(Exception):
    """The link is none of ours; the text says what one looks like."""


def read_link(link: str) -> Link:
    """What a link asks for.

    Raises:
        DeepLinkError: another scheme, another kind of link, or no id.
    """
    try:
        parts = urlsplit(link if len(link) <= LINK_MAX else "")
        if parts.scheme == URL_SCHEME and parts.netloc == "meetings":
            return MeetingLink(UUID(parts.path.strip("/")))
    except ValueError as error:
        raise _refused() from error
    raise _refused()


def link_of_meeting(meeting_id: UUID) -> str:
    """The link that opens a meeting."""
    return f"{URL_SCHEME}://meetings/{meeting_id}"


def _refused() -> DeepLinkError:
    return DeepLinkError(f"a link looks like {URL_SCHEME}://meetings/<id>")
