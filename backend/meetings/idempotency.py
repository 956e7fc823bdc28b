"""Answers kept under the key of an intention, so that a request sent twice acts once.

The key is claimed in the transaction of the work: a second request with it waits for the first to
end, then gets its answer; work that was refused leaves the key free.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

from psycopg.types.json import Jsonb

from backend.database import Connection
from backend_client.models import AnswerModel, RequestModel

AnswerT = TypeVar("AnswerT", bound=AnswerModel)


async def claim(
    connection: Connection, key: str, operation: str, request: RequestModel, answer: type[AnswerT]
) -> AnswerT | None:
    """The answer kept under the key, or None when this request is the first to use it.

    Raises:
        ServiceError: `IDEMPOTENCY_MISMATCH` when the key came with another request.
    """
    digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    cursor = await connection.execute(
        "select * from private.claim_idempotency_key(%s, %s, %s)", [key, operation, digest]
    )
    row = await cursor.fetchone()
    assert row is not None
    return None if row["status"] is None else answer.model_validate(row["response"])


async def look_up(
    connection: Connection, key: str, operation: str, request: RequestModel, answer: type[AnswerT]
) -> AnswerT | None:
    """Like `claim`, but leaves the key free when nothing is kept under it."""
    async with connection.transaction(force_rollback=True):
        return await claim(connection, key, operation, request, answer)


async def keep(connection: Connection, key: str, answer: AnswerModel) -> None:
    """Keep the answer under the key that was claimed in this transaction."""
    await connection.execute(
        "select private.keep_idempotent_answer(%s, 201, %s)", [key, Jsonb(answer.model_dump(mode="json"))]
    )
