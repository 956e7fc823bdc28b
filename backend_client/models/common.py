"""What the messages of every area are made of."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """Base of what the app sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class AnswerModel(BaseModel):
    """Base of what the service answers: unknown members are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Role(StrEnum):
    """Who somebody is for the service, decided by the database."""

    OPERATOR = "operator"
    CLIENT = "client"


class Person(AnswerModel):
    """Somebody named in a meeting. For clients, `id` is the client's id, not the account's."""

    id: UUID
    full_name: str
