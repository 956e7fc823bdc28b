"""What the messages of every area are made of."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

_WRITTEN_OUT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")


def _written_out(value: object) -> object:
    """What pydantic would take beyond that are seconds since 1970, which the contract does not know."""
    if isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN_OUT.match(value)):
        return value
    raise ValueError("a moment is written as in RFC 3339")


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A point in time in a request, RFC 3339 with its offset."""


_DIGITS = re.compile(r"-?[0-9]+")


def _in_digits(value: object) -> object:
    """What pydantic would take beyond that are numbers such as +0.0, which the contract does not know."""
    if isinstance(value, int) or (isinstance(value, str) and _DIGITS.fullmatch(value)):
        return value
    raise ValueError("a whole number is written in digits")


WholeNumber = Annotated[int, BeforeValidator(_in_digits)]
"""A whole number in a query."""


class RequestModel(BaseModel):
    """Base of what the app sends: unknown members are refused."""

    # Built at once: FastAPI wraps request models, and warns of its own wrapping when they are late.
    model_config = ConfigDict(extra="forbid")


class AnswerModel(BaseModel):
    """Base of what the service answers: unknown members are ignored."""

    # Built when first used: an app that has just started uses few of them (0.05 s).
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Role(StrEnum):
    """Who somebody is for the service, decided by the database."""

    OPERATOR = "operator"
    CLIENT = "client"


class Person(AnswerModel):
    """Somebody named in a meeting. For clients, `id` is the client's id, not the account's."""

    id: UUID
    full_name: str
