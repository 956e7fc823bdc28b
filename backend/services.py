"""What the routes work with: the parts of one running service, built in `app.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from backend.accounts.company import Company
from backend.accounts.flood import FloodLimit
from backend.accounts.passwords import Passwords
from backend.accounts.refresh_tokens import RefreshTokens
from backend.auth import AccessTokens
from backend.config import Settings
from backend.database import Database
from backend.events.hub import EventHub
from backend.events.reader import EventReader
from backend.jobs import JobRunner
from backend.openvidu import OpenVidu


@dataclass(frozen=True, slots=True)
class Services:
    """The parts; `openvidu` is None without a media server, `company` without a company's log-in."""

    settings: Settings
    database: Database
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    passwords: Passwords
    flood: FloodLimit
    hub: EventHub
    events: EventReader
    jobs: JobRunner
    openvidu: OpenVidu | None
    company: Company | None = None


async def services_of(request: Request) -> Services:
    """Dependency: the parts of the service that answers this request."""
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(services_of)]
