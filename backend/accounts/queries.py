"""The database's side of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.database import Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import Client, Clients, ProfileChange, User


@dataclass(frozen=True, slots=True)
class SignInCheck:
    """What to compare a password with.

    Attributes:
        retry_after_s: seconds to wait; 0 when the try may go on.
        account_id: None for an unknown or inactive account.
        password_hash: as above.
        password_set_at: tells one password from the next.
        totp_secret: sealed; None without a second factor.
    """

    retry_after_s: int
    account_id: UUID | None
    password_hash: str | None
    password_set_at: datetime | None
    totp_secret: bytes | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a refresh ended: `rotated` and `repeated` name the counter of the token to give."""

    outcome: str
    counter: int | None
    account_id: UUID | None
    aal: str | None


@dataclass(frozen=True, slots=True)
class Me:
    """The caller as the database knows him: `person_id` is the id of his client or operator row."""

    user: User
    person_id: UUID


async def begin_sign_in(connection: Connection, email: str, address: str) -> SignInCheck:
    """Count a try and fetch the hash (worker)."""
    cursor = await connection.execute("select * from private.begin_sign_in(%s, %s)", [email, address])
    row = await cursor.fetchone()
    assert row is not None
    return SignInCheck(
        row["retry_after_s"],
        row["user_id"],
        row["password_hash"],
        row["password_set_at"],
        row["totp_secret"],
    )


async def forgive_sign_in(connection: Connection, account_id: UUID, email: str, address: str) -> None:
    """Give one counted try back (worker)."""
    await connection.execute("select private.forgive_sign_in(%s, %s, %s)", [account_id, email, address])


async def count_second_factor(connection: Connection, account_id: UUID) -> int:
    """Count a try at the second factor; seconds to wait, or 0 (worker)."""
    cursor = await connection.execute("select private.count_totp(%s) as retry_after_s", [account_id])
    row = await cursor.fetchone()
    assert row is not None
    return int(row["retry_after_s"])


async def use_second_factor(
    connection: Connection, account_id: UUID, step: int | None, recovery_hash: str
) -> bool:
    """Use up a step, or without one a recovery code; False when it was used before (worker)."""
    cursor = await connection.execute(
        "select private.use_second_factor(%s, %s, %s) as used", [account_id, step, recovery_hash]
    )
    row = await cursor.fetchone()
    return bool(row and row["used"])


async def complete_sign_in(
    connection: Connection,
    account_id: UUID,
    *,
    email: str,
    address: str,
    device: str,
    aal: str,
    password_set_at: datetime | None,
    new_hash: str | None,
) -> UUID | None:
    """Open a session after everything proved right (worker).

    Returns:
        Its id; None when the account was deactivated or its password replaced since it was checked.
    """
    cursor = await connection.execute(
        "select private.complete_sign_in(%s, %s, %s, %s, p_aal => %s, p_password_set_at => %s) as id",
        [account_id, email, address, device, aal, password_set_at],
    )
    row = await cursor.fetchone()
    assert row is not None
    session_id: UUID | None = row["id"]
    if session_id is not None and new_hash is not None:
        await connection.execute("select private.set_password_hash(%s, %s)", [account_id, new_hash])
    return session_id


async def audit_failed_sign_in(connection: Connection, account_id: UUID | None) -> None:
    """Note a refused try (worker)."""
    await connection.execute("select private.audit_failed_sign_in(%s)", [account_id])


async def rotate_session(connection: Connection, session_id: UUID, counter: int, address: str) -> Rotation:
    """Decide one refresh (worker)."""
    cursor = await connection.execute(
        "select * from private.rotate_session(%s, %s, %s)", [session_id, counter, address]
    )
    row = await cursor.fetchone()
    assert row is not None
    return Rotation(row["outcome"], row["counter"], row["user_id"], row["aal"])


async def end_session(connection: Connection, session_id: UUID, reason: str) -> None:
    """End a sign-in session, if it has not ended (worker)."""
    await connection.execute("select private.end_session(%s, %s)", [session_id, reason])


async def profile(connection: Connection, account_id: UUID) -> User | None:
    """Somebody's profile, or None once deactivated (worker)."""
    cursor = await connection.execute("select * from private.account_profile(%s)", [account_id])
    row = await cursor.fetchone()
    return User.model_validate(row) if row else None


async def server_key(connection: Connection, name: str, proposed: str) -> str:
    """The key of that name, which is `proposed` when there was none (worker)."""
    cursor = await connection.execute("select private.server_key(%s, %s) as value", [name, proposed])
    row = await cursor.fetchone()
    assert row is not None
    return str(row["value"])


async def require_session(connection: Connection) -> None:
    """Refuse callers whose sign-in session was ended while their access token lives on."""
    await connection.execute("select private.require_session()")


async def me(connection: Connection) -> Me:
    """The caller.

    Raises:
        ServiceError: `FORBIDDEN` for an account that was deactivated.
    """
    row = await (await connection.execute("select * from private.me()")).fetchone()
    if row is None:
        raise ServiceError(ApiErrorCode.FORBIDDEN, detail="the account is not active")
    return Me(User.model_validate(row), row["person_id"])


async def update_me(connection: Connection, change: ProfileChange) -> None:
    """Change what is named of the caller's own profile.

    Raises:
        ServiceError: `FORBIDDEN` for an account that was deactivated.
    """
    await connection.execute(
        "select public.update_me(%s, %s, %s)", [change.full_name, change.locale, change.time_zone]
    )


async def list_clients(
    connection: Connection, *, limit: int, after: UUID | None, inactive: bool = False
) -> Clients:
    """Clients by id, for operators; the deactivated ones when asked for.

    Names are sorted by the app, which knows the reader's language; the database sorts by code point.

    Raises:
        ServiceError: `FORBIDDEN` for clients.
    """
    cursor = await connection.execute(
        "select id, full_name, active, time_zone, accepted from public.client_accounts(%s, %s, %s)",
        [limit + 1, after, inactive],
    )
    rows: list[dict[str, Any]] = await cursor.fetchall()
    items = [Client.model_validate(row) for row in rows[:limit]]
    return Clients(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)
