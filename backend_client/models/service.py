"""The service about itself: its health, and the body of its errors."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backend_client.models.common import AnswerModel


class Health(AnswerModel):
    """GET /livez and /readyz."""

    status: Literal["ok", "unavailable"]
    database: bool | None = None
    events: bool | None = None
    media: bool | None = None


class ClientMessage(AnswerModel):
    """What the people who run the service want to tell users of an old app."""

    fr: str
    en: str


class ClientConfig(AnswerModel):
    """GET /client-config: which versions of the apps the service wants, and what it has decided for them.

    Attributes:
        status: of the version asked about: `outdated` is below the recommended one and works,
            `too-old` is below the minimum and is refused with 426 everywhere else.
        minimum: the oldest version that is served; None for any.
        recommended: the version everybody should have; None when nobody said.
        message: words of the operators of the service, beside the app's own.
        download_url: where the newer version is.
        door_minutes: how early a client may come into the waiting room; an older service meant 15.
    """

    status: Literal["current", "outdated", "too-old"]
    minimum: str | None = None
    recommended: str | None = None
    message: ClientMessage | None = None
    download_url: str | None = None
    door_minutes: int = 15


class ProblemField(AnswerModel):
    """One wrong member of a request."""

    pointer: str
    code: str


class Problem(AnswerModel):
    """RFC 9457 body of every error answer."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    request_id: str | None = None
    errors: list[ProblemField] = Field(default_factory=list)
    retry_after: float | None = None
