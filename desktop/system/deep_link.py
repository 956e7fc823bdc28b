"""Links that open the apps: `mikl://meetings/<id>`. A link names a meeting and carries no token."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from resources.brand import URL_SCHEME


class DeepLinkError(Exception):
    """The link is none of ours; the text says what one looks like."""


def meeting_of_link(link: str) -> UUID:
    """The meeting that a link names.

    Raises:
        DeepLinkError: another scheme, another kind of link, or no id.
    """
    parts = urlsplit(link)
    if parts.scheme != URL_SCHEME or parts.netloc != "meetings":
        raise DeepLinkError(f"a link looks like {URL_SCHEME}://meetings/<id>")
    try:
        return UUID(parts.path.strip("/"))
    except ValueError as error:
        raise DeepLinkError(f"a link looks like {URL_SCHEME}://meetings/<id>") from error
