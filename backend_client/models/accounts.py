"""Log-in, the signed-in person, and the clients of an operator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from backend_client.models.common import AnswerModel, Person, RequestModel, Role


class LoginRequest(RequestModel):
    """POST /auth/login."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    device: Annotated[str, StringConstraints(max_length=100)] = ""


class RefreshRequest(RequestModel):
    """POST /auth/refresh and /auth/logout."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class User(AnswerModel):
    """The person who is signed in."""

    id: UUID
    role: Role
    full_name: str
    email: str
    locale: str = "fr"
    time_zone: str = "Europe/Paris"


class Tokens(AnswerModel):
    """Answer to log-in and refresh. `expires_in` is the access token's life in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    user: User


class Client(Person):
    """A client as the operator sees him."""

    active: bool = True
    time_zone: str = "Europe/Paris"


class Clients(AnswerModel):
    """GET /clients."""

    items: list[Client]
    next_cursor: str | None = None
