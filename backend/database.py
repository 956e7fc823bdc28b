"""The one door to PostgreSQL: a piece of work is one transaction in one role with one set of claims.

Requests log in as `visio_api`, which may do nothing, and become `authenticated` with the caller's
claims for one transaction; row security does the rest. Log-in, refresh and jobs use a second, small
pool as `visio_jobs`, which becomes `visio_worker` and may call a handful of functions. Role and
claims are local to the transaction, so nothing of them stays on the pooled connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import psycopg_pool
import structlog
from psycopg import errors as pg_errors
from psycopg.rows import DictRow, dict_row

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode, FieldErrorCode

log = structlog.stdlib.get_logger(__name__)

Connection = psycopg.AsyncConnection[DictRow]
"""What a piece of work gets: rows come as dictionaries."""

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

_POOL_WAIT_S = 3.0
_CONNECT_TIMEOUT_S = 3
# One more than the roles' statement_timeout: only a frozen server lets it pass.
_TRANSACTION_LIMIT_S = 5.0
_RETRIES = 2
_RETRY_PAUSE_S = (0.02, 0.08)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as read from a verified access token.

    Attributes:
        account_id: `auth.users.id`, the token's `sub`.
        session_id: the sign-in the token came from.
        aal: assurance level, `aal1` (password) or `aal2` (second factor).
        expires_at: end of the access token, seconds since the epoch.
    """

    account_id: UUID
    session_id: UUID
    aal: str
    expires_at: float

    def claims(self) -> str:
        """The JSON that the database reads: made here, never passed through from a token."""
        return json.dumps(
            {
                "sub": str(self.account_id),
                "role": "authenticated",
                "session_id": str(self.session_id),
                "aal": self.aal,
            }
        )


@dataclass(frozen=True, slots=True)
class PoolUse:
    """One pool at this moment: connections in use and free, pieces of work that wait for one."""

    used: int
    free: int
    waiting: int


class Database:
    """Both pools, and the only way to run a query."""

    def __init__(self, api_dsn: str, jobs_dsn: str, *, pool_size: int = 8, jobs_pool_size: int = 2) -> None:
        self._jobs_dsn = jobs_dsn
        self._api_pool = _pool(api_dsn, "api", pool_size)
        self._jobs_pool = _pool(jobs_dsn, "jobs", jobs_pool_size)

    async def open(self) -> None:
        """Start connecting; does not wait, so that the service starts while the database is away."""
        await self._api_pool.open(wait=False)
        await self._jobs_pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection of both pools."""
        await self._api_pool.close()
        await self._jobs_pool.close()

    def pool_use(self) -> dict[str, PoolUse]:
        """How busy each pool is, by its name."""
        found = {}
        for pool in (self._api_pool, self._jobs_pool):
            numbers = pool.get_stats()
            free = numbers["pool_available"]
            found[pool.name] = PoolUse(numbers["pool_size"] - free, free, numbers["requests_waiting"])
        return found

    async def as_caller(self, caller: Caller, work: Work[T]) -> T:
        """Run `work` in one transaction that sees and may do what the caller may.

        Commits when `work` returns; rolls back when it raises. A deadlock or serialisation error
        repeats the whole work, so it must have no effect outside the database.

        Raises:
            ServiceError: what the database's functions refused, or `DATABASE_UNAVAILABLE`,
                `TIMEOUT`, `MALFORMED` (text that PostgreSQL cannot hold).
        """
        return await self._run(self._api_pool, "authenticated", caller.claims(), work)

    async def as_nobody(self, work: Work[T]) -> T:
        """Run `work` with the rights of signed-in people and no claims: row security shows nothing.

        For statements that put on the claims of several people, one after the other, by themselves
        (`private.read_events`). Otherwise like `as_caller`.
        """
        return await self._run(self._api_pool, "authenticated", "", work)

    async def as_worker(self, work: Work[T]) -> T:
        """Run `work` as `visio_worker`: log-in, refresh, jobs. Otherwise like `as_caller`."""
        return await self._run(self._jobs_pool, "visio_worker", "", work)

    @contextlib.asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Connection]:
        """A connection of its own that listens to a channel until the block ends.

        Raises:
            psycopg.Error: the database is away.
        """
        connection = await psycopg.AsyncConnection.connect(
            self._jobs_dsn,
            autocommit=True,
            row_factory=dict_row,
            application_name="visio-events",
            connect_timeout=_CONNECT_TIMEOUT_S,
            # Nothing is ever sent on it: only keep-alives notice that the other end is gone.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        try:
            await connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
            yield connection
        finally:
            await connection.close()

    async def _run(
        self,
        pool: psycopg_pool.AsyncConnectionPool[Connection],
        role: str,
        claims: str,
        work: Work[T],
    ) -> T:
        for attempt in range(_RETRIES + 1):
            try:
                return await self._transaction(pool, role, claims, work)
            except (pg_errors.DeadlockDetected, pg_errors.SerializationFailure) as error:
                if attempt == _RETRIES:
                    raise ServiceError(ApiErrorCode.TIMEOUT, detail="the database was too busy") from error
                await asyncio.sleep(random.uniform(*_RETRY_PAUSE_S))  # noqa: S311 - spreads retries, no secret
            except psycopg.Error as error:
                raise _translated(error) from error
        raise AssertionError("unreachable")

    @staticmethod
    async def _transaction(
        pool: psycopg_pool.AsyncConnectionPool[Connection],
        role: str,
        claims: str,
        work: Work[T],
    ) -> T:
        async with pool.connection() as connection:
            # A frozen server answers nothing, not even a cancel request: then cut the line.
            watchdog = asyncio.get_running_loop().call_later(_TRANSACTION_LIMIT_S, _cut, connection)
            try:
                async with connection.transaction():
                    await connection.execute(
                        "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                        [role, claims],
                    )
                    return await work(connection)
            finally:
                watchdog.cancel()


def _pool(dsn: str, name: str, size: int) -> psycopg_pool.AsyncConnectionPool[Connection]:
    return psycopg_pool.AsyncConnectionPool(
        dsn,
        name=name,
        min_size=size,
        max_size=size,
        open=False,
        timeout=_POOL_WAIT_S,
        # Short, because its waits double: after a long outage the next try must not be minutes off.
        reconnect_timeout=2.0,
        connection_class=Connection,
        kwargs={
            "row_factory": dict_row,
            "application_name": f"visio-{name}",
            "connect_timeout": _CONNECT_TIMEOUT_S,
        },
    )


def _cut(connection: Connection) -> None:
    log.warning("database does not answer, connection cut")
    with contextlib.suppress(OSError, psycopg.OperationalError):
        line = socket.socket(fileno=connection.pgconn.socket)
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            # libpq owns the descriptor and closes it.
            line.detach()


def _translated(error: psycopg.Error) -> Exception:
    """The error to raise instead of psycopg's; the same one when it is a defect of ours."""
    sqlstate = error.sqlstate or ""
    if sqlstate.startswith("PT"):
        return _refused(error)
    if isinstance(error, (pg_errors.QueryCanceled, pg_errors.LockNotAvailable)):
        return ServiceError(ApiErrorCode.TIMEOUT, detail="the database took too long")
    if sqlstate in {"", "22021"} and isinstance(error, psycopg.DataError):
        return ServiceError(ApiErrorCode.MALFORMED, detail="a text holds characters that cannot be stored")
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return ServiceError(ApiErrorCode.DATABASE_UNAVAILABLE, detail=type(error).__name__)
    return error


def _refused(error: psycopg.Error) -> ServiceError:
    """A refusal by one of our functions: the code is the message, fields are the detail."""
    code = ApiErrorCode(error.diag.message_primary or "")
    detail: Any = json.loads(error.diag.message_detail) if error.diag.message_detail else None
    if code is ApiErrorCode.INVALID:
        return ServiceError(code, fields={item["pointer"]: FieldErrorCode(item["code"]) for item in detail})
    if code is ApiErrorCode.TOO_MANY:
        return ServiceError(code, retry_after_s=float(detail))
    return ServiceError(code)
