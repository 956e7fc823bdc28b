"""People who come in by an invitation, and what their tests share."""

from __future__ import annotations

from typing import Any

import httpx

from tests.backend.people import Person

CLAIRE = "claire@example.org"
GOOD_PASSWORD = "velours-Chaloupe 39 brume"
OTHER_GOOD_PASSWORD = "Quatre.mots, tres peu lus!"


async def invite(operator: Person, email: str = CLAIRE, **members: Any) -> dict[str, Any]:
    """A client invited over HTTP: the answer's body."""
    answer = await operator.post("/clients", {"email": email, "full_name": "Claire Petit", **members})
    assert answer.status_code == 201, answer.text
    invited: dict[str, Any] = answer.json()
    return invited


def code_in(invited: dict[str, Any]) -> str:
    """The single-use code of an invitation's link."""
    scheme, _, code = invited["invite"]["link"].rpartition("/")
    assert scheme == "mikl://invite"
    return str(code)


async def accept(http: httpx.AsyncClient, code: str, password: str = GOOD_PASSWORD) -> httpx.Response:
    """An invitation accepted."""
    return await http.post(
        "/auth/invites/accept",
        json={"code": code, "password": password, "full_name": "Claire Petit-Jean", "device": "Poste"},
    )


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
