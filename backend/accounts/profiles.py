"""What a profile may hold that the contract's models cannot know."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode, FieldErrorCode


@cache
def _known_time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def demand_known_time_zone(name: str | None) -> None:
    """Refuse a time zone that the IANA database does not have; None passes.

    Raises:
        ServiceError: `INVALID`.
    """
    if name is not None and name not in _known_time_zones():
        raise ServiceError(ApiErrorCode.INVALID, fields={"/time_zone": FieldErrorCode.NOT_ALLOWED})
