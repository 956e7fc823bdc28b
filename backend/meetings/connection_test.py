"""A connection to the media server that belongs to no meeting: for *Test my setup*.

    POST /connection-test → one join of a room of the caller's own, where nobody else ever is

What the app learns by joining is what a meeting would tell it: whether it gets there at all, and which
relays it is given, with credentials that OpenVidu makes for that join. So the service needs to know no
relay and no relay's secret. The role is the least that there is: it may neither send nor moderate, and
there is nobody to receive. The room's name is the account's, so that a person has one at most; OpenVidu
drops it when he leaves, or collects it when he never came.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.auth import Authenticated
from backend.errors import ServiceError
from backend.meetings import queries
from backend.openapi import problems
from backend.openvidu import MediaUnavailable, OpenVidu, RoomConnection, RoomMissing
from backend.services import ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import ConnectionTest

router = APIRouter(prefix="/v1", tags=["meetings"])


@router.post("/connection-test", responses=problems(ApiErrorCode.TOO_MANY, ApiErrorCode.MEDIA_UNAVAILABLE))
async def make_test_connection(
    caller: Authenticated, services: ServicesOf, response: Response
) -> ConnectionTest:
    """One join of an empty room, to see whether the media server and its relays can be reached."""
    await services.database.as_caller(caller, queries.begin_connection_test)
    if services.openvidu is None:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE, detail="VISIO_OPENVIDU_URL is not set")
    try:
        made = await _connect(services.openvidu, caller.account_id.hex)
    except (MediaUnavailable, RoomMissing) as error:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE) from error
    response.headers["Cache-Control"] = "no-store"
    return ConnectionTest(token=made.token)


async def _connect(openvidu: OpenVidu, account: str) -> RoomConnection:
    """Make the room and a connection; a test that ends meanwhile takes the room away once at most."""
    session_id = f"test_{account}"
    await openvidu.ensure_session(session_id)
    try:
        return await openvidu.connect(session_id, role="SUBSCRIBER", account_id=account, name="")
    except RoomMissing:
        await openvidu.ensure_session(session_id)
        return await openvidu.connect(session_id, role="SUBSCRIBER", account_id=account, name="")
