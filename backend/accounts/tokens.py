"""The answer that signs somebody in."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from backend.auth import ACCESS_TOKEN_LIFE_S
from backend.services import Services
from backend_client.models import Tokens, User


def tokens_for(
    services: Services,
    response: Response,
    user: User,
    session_id: UUID,
    *,
    aal: str = "aal1",
    counter: int = 0,
) -> Tokens:
    """Tokens of a session, not to be kept by any cache on the way.

    Args:
        services: make the tokens.
        response: gets the header against caches.
        user: who is signed in.
        session_id: the sign-in session.
        aal: its assurance level.
        counter: the refresh token's turn.
    """
    response.headers["Cache-Control"] = "no-store"
    return Tokens(
        access_token=services.access_tokens.issue(user.id, session_id, aal=aal),
        expires_in=ACCESS_TOKEN_LIFE_S,
        refresh_token=services.refresh_tokens.encode(session_id, counter),
        user=user,
    )
