"""Links that open the apps. A link names a meeting and carries no token.

mikl://meetings/<id>      opens the list at a meeting, or the meeting itself while it runs
mikl://invite/<code>      accepts an invitation
mikl://reset/<code>       sets a new password
mikl://company/<code>     the browser comes back from the company's log-in; or .../error/<reason>
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from resources.brand import URL_SCHEME

LINK_MAX = 300
"""Characters; ours have at most 60."""


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """Opens a meeting."""

    meeting_id: UUID


@dataclass(frozen=True, slots=True)
class InviteLink:
    """Accepts an invitation."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResetLink:
    """Sets a new password."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompanyLink:
    """The browser comes back from the company's log-in.

    Attributes:
        code: for the tokens, "" when it ended without one.
        reason: why it did: "denied", "refused", "unavailable", "no-account", or one of a newer service.
    """

    code: str = field(default="", repr=False)
    reason: str = ""


Link = MeetingLink | InviteLink | ResetLink | CompanyLink

_CODE = re.compile(r"[A-Za-z0-9_-]{1,100}")


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
        code = parts.path.strip("/")
        bare = not parts.query and not parts.fragment
        if parts.scheme == URL_SCHEME and bare and _CODE.fullmatch(code):
            if parts.netloc == "invite":
                return InviteLink(code)
            if parts.netloc == "reset":
                return ResetLink(code)
        if parts.scheme == URL_SCHEME and bare and parts.netloc == "company":
            return read_company(code)
    except ValueError as error:
        raise _refused() from error
    raise _refused()


def read_company(rest: str) -> CompanyLink:
    """What stands behind `company/` in the address that the service sends the browser to.

    Raises:
        DeepLinkError: neither a code nor a reason.
    """
    first, _, reason = rest.partition("/")
    if first == "error":
        if _CODE.fullmatch(reason):
            return CompanyLink(reason=reason)
    elif _CODE.fullmatch(rest):
        return CompanyLink(rest)
    raise _refused()


def link_of_meeting(meeting_id: UUID) -> str:
    """The link that opens a meeting."""
    return f"{URL_SCHEME}://meetings/{meeting_id}"


def code_of(pasted: str) -> str:
    """The code in what somebody pasted: the code itself, or a whole link that ends in it."""
    return re.split(r"[/#]", pasted.strip().rstrip("/"))[-1]


def _refused() -> DeepLinkError:
    return DeepLinkError(f"a link looks like {URL_SCHEME}://meetings/<id>")
