"""What the groups of calls have in common: `BackendClient` is put together from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TypeVar

import httpx
from pydantic import BaseModel

from backend_client.answers import read_answer
from backend_client.transport import Repeat, Transport

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Calls(ABC):
    """One service in one person's name. Every method raises `ApiError` and nothing else."""

    _transport: Transport
    _device_id: str | None
    """This installation's own name towards the rooms."""

    @abstractmethod
    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.UNSENT,
        answer_s: float | None = None,
    ) -> httpx.Response:
        """One exchange in the signed-in person's name."""

    async def _ask(
        self,
        method: str,
        path: str,
        model: type[AnswerT],
        *,
        body: BaseModel | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.BROKEN,
    ) -> AnswerT:
        """One exchange and its answer; by default one that does the same when it is sent again."""
        response = await self._send(method, path, body=body, params=params, headers=headers, repeat=repeat)
        return read_answer(response, model)
