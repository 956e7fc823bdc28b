"""Which versions of the apps are served: GET /client-config, and the refusal of those too old.

Only our own apps are judged, by the `User-Agent` they send; everybody else (webhooks, monitoring,
scripts) passes. Whoever runs the service sets the minimum when an old app must not go on.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Response

from backend.config import Settings
from backend.errors import ServiceError
from backend.services import ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import ClientConfig, ClientMessage
from resources.brand import DISTRIBUTION, HUB, PARTICIPANT

router = APIRouter(tags=["health"])

_PROGRAMS = "|".join(sorted({re.escape(name) for name in (DISTRIBUTION, HUB.program, PARTICIPANT.program)}))
_OURS = re.compile(rf"(?:{_PROGRAMS})/([0-9][0-9A-Za-z.+-]*)")
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}")
_GUARDED = "/v1/"

Version = tuple[int, ...]


def read_version(text: str) -> Version | None:
    """The numbers a version begins with, without zeros at its end; None when it has none.

    What follows the numbers (`rc1`, `+local`) does not count: a release candidate is as new as its release.
    """
    found = _VERSION.match(text)
    if found is None:
        return None
    numbers = [int(part) for part in found.group().split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def refuse_too_old(settings: Settings, path: str, user_agent: str) -> ServiceError | None:
    """The refusal of a request by an app of ours that is below the minimum; None for all others."""
    if settings.minimum_client_version is None or not path.startswith(_GUARDED):
        return None
    app = _OURS.match(user_agent)
    if app is None or not _is_below(read_version(app.group(1)), settings.minimum_client_version):
        return None
    return ServiceError(
        ApiErrorCode.CLIENT_TOO_OLD,
        detail=f"versions below {settings.minimum_client_version} are not served",
    )


@router.get("/client-config")
async def read_client_config(
    services: ServicesOf,
    response: Response,
    app: Annotated[str, Query(max_length=50)] = "",
    version: Annotated[str, Query(max_length=50)] = "",
) -> ClientConfig:
    """Whether a version of an app is served, which one everybody should have, and when doors open."""
    settings = services.settings
    asked = read_version(version) if _OURS.match(f"{app}/{version}") else None
    response.headers["Cache-Control"] = "public, max-age=300"
    message = None
    if settings.client_message_fr is not None and settings.client_message_en is not None:
        message = ClientMessage(fr=settings.client_message_fr, en=settings.client_message_en)
    return ClientConfig(
        status="too-old"
        if _is_below(asked, settings.minimum_client_version)
        else "outdated"
        if _is_below(asked, settings.recommended_client_version)
        else "current",
        minimum=settings.minimum_client_version,
        recommended=settings.recommended_client_version,
        message=message,
        download_url=settings.client_download_url,
        door_minutes=settings.door_minutes,
    )


def _is_below(version: Version | None, limit: str | None) -> bool:
    wanted = read_version(limit) if limit is not None else None
    return version is not None and wanted is not None and version < wanted
