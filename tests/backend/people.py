"""The demo's people at the service's door: HTTP clients that are signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from backend.demo_accounts import PASSWORD
from tests.support.http import client_without_tls

MIKL = "mikl@demo.visio"
ALICE = "alice@demo.visio"
BOB = "bob@demo.visio"


@dataclass(slots=True)
class Person:
    """Somebody signed in.

    Attributes:
        http: sends his access token with every request.
        account_id: his account.
        refresh_token: what log-in gave.
    """

    http: httpx.AsyncClient
    account_id: UUID
    refresh_token: str

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET below /v1."""
        return await self.http.get(f"/v1{path}", params=parameters)

    async def post(
        self, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """POST JSON below /v1."""
        return await self.http.post(f"/v1{path}", json=body, headers=headers)


@asynccontextmanager
async def signed_in(url: str, email: str) -> AsyncIterator[Person]:
    """One of the demo's people, signed in at a running service."""
    async with client_without_tls(url, timeout=20) as http:
        answer = await http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        answer.raise_for_status()
        tokens = answer.json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        yield Person(http, UUID(tokens["user"]["id"]), tokens["refresh_token"])


def in_one_hour() -> str:
    """A date that can be planned for."""
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


async def plan(operator: Person, client_id: UUID, **members: Any) -> dict[str, Any]:
    """A meeting with this client, planned over HTTP."""
    body = {"client_id": str(client_id), "title": "Premier point", "scheduled_at": in_one_hour(), **members}
    answer = await operator.post("/meetings", body)
    assert answer.status_code == 201, answer.text
    meeting: dict[str, Any] = answer.json()
    return meeting


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem code of an error answer."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def wrong_fields(answer: httpx.Response) -> dict[str, str]:
    """Pointer → code of a 422 answer."""
    assert code_of(answer) == (422, "invalid"), answer.text
    return {item["pointer"]: item["code"] for item in answer.json()["errors"]}
