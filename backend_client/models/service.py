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
