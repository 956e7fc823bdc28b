"""The database's side of new passwords; everything here runs as the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts.links import new_code
from backend.database import Caller, Connection, Database
from backend.jobs import Handler


@dataclass(frozen=True, slots=True)
class CodeOwner:
    """Whose code somebody holds; nobody's when `email` is None. `retry_after_s` is 0 for "go on"."""

    retry_after_s: int
    email: str | None
    full_name: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted invitation: the account and its first session."""

    account_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class PasswordOwner:
    """Whose password is to be checked, and against what. `retry_after_s` is 0 for "go on"."""

    retry_after_s: int
    password_hash: str | None
    password_set_at: datetime | None
    email: str
    full_name: str


async def look_up_code(connection: Connection, kind: str, code: str, address: str) -> CodeOwner:
    """Whose code this is; counts the try, does not use the code up."""
    cursor = await connection.execute(
        "select retry_after_s, email, full_name from private.look_up_code(%s, %s, %s)", [kind, code, address]
    )
    row = await cursor.fetchone()
    assert row is not None
    return CodeOwner(row["retry_after_s"], row["email"], row["full_name"])


async def accept_invite(
    connection: Connection, code: str, password_hash: str, *, full_name: str, address: str, device: str
) -> Accepted | None:
    """Use up an invitation's code; None when it is over."""
    cursor = await connection.execute(
        "select * from private.accept_invite(%s, %s, %s, %s, %s)",
        [code, password_hash, full_name, address, device],
    )
    row = await cursor.fetchone()
    return None if row is None else Accepted(row["user_id"], row["session_id"])


async def ask_for_reset(connection: Connection, email: str, address: str) -> int:
    """Take a request for a new password; seconds to wait, or 0."""
    cursor = await connection.execute(
        "select private.ask_for_reset(%s, %s) as retry_after_s", [email, address]
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["retry_after_s"])


def reset_issuer(database: Database) -> Handler:
    """The job `account.reset`: makes code and mail for the account behind an address, if there is one."""

    async def issue(payload: Mapping[str, Any]) -> None:
        if not payload:
            return  # done before: the payload goes with the work

        async def make(connection: Connection) -> None:
            await connection.execute(
                "select private.issue_reset(%s, %s, %s)", [payload["request"], payload["email"], new_code()]
            )

        await database.as_worker(make)

    return issue


async def confirm_reset(connection: Connection, code: str, password_hash: str, address: str) -> bool:
    """Use up a reset's code; False when it is over."""
    cursor = await connection.execute(
        "select private.confirm_reset(%s, %s, %s) as confirmed", [code, password_hash, address]
    )
    row = await cursor.fetchone()
    return bool(row and row["confirmed"])


async def begin_password_check(connection: Connection, caller: Caller) -> PasswordOwner:
    """Count a try at the caller's own password and fetch the hash.

    Raises:
        ServiceError: `SESSION_ENDED`.
    """
    cursor = await connection.execute(
        "select * from private.begin_password_check(%s, %s)", [caller.account_id, caller.session_id]
    )
    row = await cursor.fetchone()
    assert row is not None
    return PasswordOwner(
        row["retry_after_s"],
        row["password_hash"],
        row["password_set_at"],
        row["email"] or "",
        row["full_name"] or "",
    )


async def confirm_password(connection: Connection, caller: Caller) -> None:
    """The password was right: note when."""
    await connection.execute(
        "select private.confirm_password(%s, %s)", [caller.account_id, caller.session_id]
    )


async def change_password(
    connection: Connection, caller: Caller, password_hash: str, password_set_at: datetime | None
) -> bool:
    """Replace the caller's password; False when it was replaced since it was checked."""
    cursor = await connection.execute(
        "select private.change_password(%s, %s, %s, %s) as changed",
        [caller.account_id, caller.session_id, password_hash, password_set_at],
    )
    row = await cursor.fetchone()
    return bool(row and row["changed"])
