"""The REST contract's messages, used by the client and by the service (`/v1`).

Requests refuse unknown members; answers ignore them, so that an older app understands a newer
service. Instants are aware `datetime`s (RFC 3339, UTC on the wire), ids are UUIDs.
"""

from backend_client.models.accounts import (
    Client,
    Clients,
    LoginRequest,
    RefreshRequest,
    Tokens,
    User,
)
from backend_client.models.common import (
    AnswerModel,
    Person,
    RequestModel,
    Role,
)
from backend_client.models.events import (
    EventKind,
    LiveEvent,
    LiveEvents,
    Notification,
    Notifications,
    ReadNotificationsRequest,
)
from backend_client.models.meetings import (
    DESCRIPTION_MAX,
    PLANNED_MINUTES_MAX,
    PLANNED_MINUTES_MIN,
    TITLE_MAX,
    Description,
    Meeting,
    MeetingRequest,
    Meetings,
    MeetingStatus,
    RoomToken,
    RoomTokenRequest,
    Title,
)
from backend_client.models.service import (
    Health,
    Problem,
    ProblemField,
)

__all__ = [
    "DESCRIPTION_MAX",
    "PLANNED_MINUTES_MAX",
    "PLANNED_MINUTES_MIN",
    "TITLE_MAX",
    "AnswerModel",
    "Client",
    "Clients",
    "Description",
    "EventKind",
    "Health",
    "LiveEvent",
    "LiveEvents",
    "LoginRequest",
    "Meeting",
    "MeetingRequest",
    "MeetingStatus",
    "Meetings",
    "Notification",
    "Notifications",
    "Person",
    "Problem",
    "ProblemField",
    "ReadNotificationsRequest",
    "RefreshRequest",
    "RequestModel",
    "Role",
    "RoomToken",
    "RoomTokenRequest",
    "Title",
    "Tokens",
    "User",
]
