"""POST /v1/webhooks/openvidu: OpenVidu says that something happened.

Its word alone changes nothing: webhooks carry no signature, are not repeated after a bad answer and
get lost with a restart (OpenVidu 2.32, `HttpWebhookSender`). An event is stored once, answered at
once, and a job asks OpenVidu back. Only ids, times and reasons are kept: names, addresses and chat
text that an event carries are not.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Header, Response
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from backend.database import Connection
from backend.errors import ServiceError
from backend.openapi import problems
from backend.services import ServicesOf
from backend_client.errors import ApiErrorCode

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_OF_ROOMS = frozenset({"participantJoined", "participantLeft", "sessionDestroyed"})
SERVER_EVENTS = frozenset({"nodeCrashed", "nodeRecovered"})
"""About a media node under many rooms (OpenVidu Pro)."""
_OUR_ROOMS = "mtg_"


class WebhookEvent(BaseModel):
    """What is read of an event; everything else in it is ignored."""

    model_config = ConfigDict(extra="ignore")

    event: Annotated[str, Field(max_length=100)]
    timestamp: Annotated[int, Field(ge=0, lt=2**53)]
    sessionId: Annotated[str, Field(max_length=200)] | None = None  # noqa: N815 - OpenVidu's word
    uniqueSessionId: Annotated[str, Field(max_length=300)] | None = None  # noqa: N815 - OpenVidu's word
    connectionId: Annotated[str, Field(max_length=100)] | None = None  # noqa: N815 - OpenVidu's word
    reason: Annotated[str, Field(max_length=100)] | None = None

    @property
    def dedupe(self) -> str:
        """The same for two posts of one event."""
        parts = (self.event, self.uniqueSessionId or "", self.connectionId or "", str(self.timestamp))
        return "|".join(parts)

    @property
    def concerns_us(self) -> bool:
        """Whether it is about a meeting's room, or about the server under all of them."""
        ours = self.sessionId is not None and self.sessionId.startswith(_OUR_ROOMS)
        return self.event in SERVER_EVENTS or (self.event in _OF_ROOMS and ours)


@router.post(
    "/openvidu",
    response_class=Response,
    responses=problems(ApiErrorCode.NOT_FOUND, ApiErrorCode.UNAUTHENTICATED),
)
async def take_event(
    body: WebhookEvent, services: ServicesOf, authorization: Annotated[str | None, Header()] = None
) -> Response:
    """Take an event of OpenVidu, who shows the secret of `VISIO_OPENVIDU_WEBHOOK_SECRET`."""
    secret = services.settings.openvidu_webhook_secret
    if secret is None:
        raise ServiceError(ApiErrorCode.NOT_FOUND)
    expected = f"Bearer {secret.get_secret_value()}"
    if not hmac.compare_digest((authorization or "").encode(), expected.encode()):
        raise ServiceError(ApiErrorCode.UNAUTHENTICATED)
    if body.concerns_us:

        async def keep(connection: Connection) -> None:
            await connection.execute(
                "select private.keep_webhook_event(%s, %s)",
                [body.dedupe, Jsonb(body.model_dump(exclude_none=True))],
            )

        await services.database.as_worker(keep)
        services.jobs.wake()
    return Response(status_code=200)
