"""ETags: the version of one meeting (`"v3"`), the content of a list; and what requests say about them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from fastapi import Response

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import AnswerModel, Meeting

# As many digits as PostgreSQL's integer surely holds.
_VERSION = re.compile(r'\s*"v([0-9]{1,9})"\s*')
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the answer whose ETag came in `If-None-Match`"}
}
"""What a route that answers by `listed` adds to its description."""


def tagged(meeting: Meeting, response: Response) -> Meeting:
    """The meeting, its version in the answer's ETag."""
    response.headers["ETag"] = f'"v{meeting.version}"'
    return meeting


def wanted_version(if_match: str | None) -> int:
    """The version that a change is meant for.

    Raises:
        ServiceError: `PRECONDITION_REQUIRED` without `If-Match`; `VERSION_CONFLICT` when it is no tag of
            ours, because then no version is meant that could still be the current one.
    """
    if if_match is None:
        raise ServiceError(ApiErrorCode.PRECONDITION_REQUIRED)
    found = _VERSION.fullmatch(if_match)
    if found is None:
        raise ServiceError(ApiErrorCode.VERSION_CONFLICT)
    return int(found[1])


def listed(answer: AnswerModel, if_none_match: str | None) -> Response:
    """The answer as JSON with a tag of its content; 304 without it when the caller has that already."""
    return _told_apart(answer.model_dump_json().encode(), "application/json", if_none_match, {})


def file_answer(content: bytes, media_type: str, name: str, if_none_match: str | None) -> Response:
    """Like `listed`, for a file that the caller may save under `name`."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _told_apart(content, f"{media_type}; charset=utf-8", if_none_match, disposition)


def _told_apart(
    content: bytes, media_type: str, if_none_match: str | None, more_headers: dict[str, str]
) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    # `no-cache`: keep it, but ask every time.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers | more_headers)
