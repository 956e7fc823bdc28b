"""Puts the service together: its parts, its routes, its background tasks, in order of start-up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from argon2 import PasswordHasher
from fastapi import FastAPI

from backend import client_versions, demo_accounts, errors, health, openapi
from backend.accounts import routes as account_routes
from backend.accounts.company import company_of
from backend.accounts.flood import FloodLimit
from backend.accounts.password_queries import reset_issuer
from backend.accounts.passwords import HASHER, Passwords
from backend.accounts.queries import server_key
from backend.accounts.refresh_tokens import RefreshTokens
from backend.auth import AccessTokens, make_refresh_key, make_signing_key_pem, read_signing_keys
from backend.config import Settings
from backend.database import Connection, Database
from backend.errors import ServiceError
from backend.events import routes as event_routes
from backend.events.hub import EventHub
from backend.events.reader import EventReader
from backend.jobs import Handler, JobRunner
from backend.mail.jobs import mail_jobs
from backend.meetings import change_routes, connection_test, file_routes, webhooks
from backend.meetings import routes as meeting_routes
from backend.meetings.media_jobs import jobs_without_media, media_jobs
from backend.meetings.presence import Presence, Spans
from backend.meetings.reaper import Reaper
from backend.metrics import Metrics, ServiceCollector
from backend.metrics_server import serving_metrics
from backend.middleware import RequestGuard
from backend.notices import routes as notice_routes
from backend.openvidu import OpenVidu
from backend.production import SettingsError
from backend.services import Services

log = structlog.stdlib.get_logger(__name__)

LOGIN_FLOOD_PER_S = 30
_KEY_RETRIES = 5


def create_app(settings: Settings, *, password_hasher: PasswordHasher = HASHER) -> FastAPI:
    """The ASGI app of one process. Everything it owns lives as long as its lifespan.

    Args:
        settings: see there; `public_url` must be set, tokens name it as their issuer.
        password_hasher: how new passwords are hashed; tests that are about something else take a quick one.
    """
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings, password_hasher, metrics) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="MiKL Visio",
        version="1",
        description="Meetings between an operator and his clients.",
        lifespan=lifespan,
        # The documentation pages load scripts from elsewhere; the description itself is enough.
        docs_url=None,
        redoc_url=None,
    )
    errors.install(app)
    for routes in (
        health,
        client_versions,
        account_routes,
        # Before the routes of one meeting: `calendar.ics` is no id.
        file_routes,
        change_routes,
        meeting_routes,
        connection_test,
        webhooks,
        notice_routes,
        event_routes,
    ):
        app.include_router(routes.router)
    openapi.install(app)
    app.add_middleware(RequestGuard, settings=settings, metrics=metrics)
    return app


EVENTS_AT_START_S = 3.0
"""How long the start waits for the events' connection to the database."""


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, password_hasher: PasswordHasher, metrics: Metrics
) -> AsyncIterator[Services]:
    """The parts of the service, started; stopped in reverse order at the end."""
    async with contextlib.AsyncExitStack() as stack:
        database = Database(
            settings.database_url.get_secret_value(),
            settings.jobs_dsn,
            pool_size=settings.pool_size,
            jobs_pool_size=settings.jobs_pool_size,
        )
        stack.push_async_callback(database.close)
        await database.open()
        openvidu = _openvidu(settings, metrics)
        if openvidu is not None:
            stack.push_async_callback(openvidu.close)
        if settings.mode == "production":
            await _refuse_demo_accounts(database)
        else:
            log.warning("development mode: demo secrets and open lines are accepted (VISIO_MODE=production)")
        company = company_of(settings)
        if company is not None:
            stack.push_async_callback(company.close)
        signing_pem, refresh_key = await _keys(settings, database)
        hub = EventHub(database, sweep_s=settings.sweep_s)
        handlers: dict[str, Handler] = {
            "account.reset": reset_issuer(database),
            **mail_jobs(database, settings),
        }
        reaper: Reaper | None = None
        if openvidu is None:
            handlers |= jobs_without_media()
        else:
            presence = Presence(database, openvidu, Spans.of(settings))
            reaper = Reaper(database, openvidu, presence, settings)
            handlers |= media_jobs(openvidu, presence, reaper)
        services = Services(
            settings=settings,
            database=database,
            access_tokens=AccessTokens(read_signing_keys(signing_pem), settings.public_url or ""),
            refresh_tokens=RefreshTokens(refresh_key),
            passwords=await asyncio.to_thread(Passwords, password_hasher),
            flood=FloodLimit(LOGIN_FLOOD_PER_S),
            hub=hub,
            events=EventReader(database),
            jobs=JobRunner(database, handlers, poll_s=settings.job_poll_s),
            openvidu=openvidu,
            company=company,
        )
        tasks = await stack.enter_async_context(_background())
        tasks.append(asyncio.create_task(hub.run(), name="events"))
        tasks.append(asyncio.create_task(hub.sweep(), name="event sweep"))
        tasks.append(asyncio.create_task(services.events.run(), name="event reader"))
        tasks.append(asyncio.create_task(services.jobs.run(), name="jobs"))
        if reaper is not None:
            tasks.append(asyncio.create_task(reaper.run(services.jobs.wake), name="reaper"))
        if settings.metrics_port is not None:
            collector = ServiceCollector(database, hub)
            await stack.enter_async_context(
                serving_metrics(metrics, collector, host=settings.metrics_host, port=settings.metrics_port)
            )
        # Whoever is told that the service is ready finds it so.
        await hub.wait_connected(EVENTS_AT_START_S)
        yield services


@contextlib.asynccontextmanager
async def _background() -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that live as long as the service; one that failed meanwhile is reported at the end."""
    tasks: list[asyncio.Task[None]] = []
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task, outcome in zip(tasks, await asyncio.gather(*tasks, return_exceptions=True), strict=True):
            if isinstance(outcome, Exception):
                log.error("background task failed", task=task.get_name(), exc_info=outcome)


def _openvidu(settings: Settings, metrics: Metrics) -> OpenVidu | None:
    if settings.openvidu_url is None or settings.openvidu_secret is None:
        log.warning("no OpenVidu is configured: meetings can be planned but not started")
        return None
    return OpenVidu(
        settings.openvidu_url,
        settings.openvidu_secret.get_secret_value(),
        ca_file=settings.openvidu_ca,
        on_failure=metrics.count_openvidu_failure,
    )


async def _refuse_demo_accounts(database: Database) -> None:
    """Stop beside people whose password is public; a database that is away is asked again at the next start.

    Raises:
        SettingsError: there are some.
    """

    async def count(connection: Connection) -> int:
        emails = [account.email for account in demo_accounts.ACCOUNTS]
        cursor = await connection.execute("select private.accounts_among(%s) as n", [emails])
        row = await cursor.fetchone()
        assert row is not None
        return int(row["n"])

    try:
        found = await database.as_worker(count)
    except ServiceError as error:
        log.warning("cannot look for the demo's accounts", code=error.code.value)
        return
    if found:
        raise SettingsError(
            "production mode refuses a database with the demo's accounts, whose password is public; "
            "use a database that was never seeded"
        )


async def _keys(settings: Settings, database: Database) -> tuple[str, str]:
    """Signing keys and refresh key: as configured, else those the database keeps for all processes.

    Raises:
        ServiceError: `DATABASE_UNAVAILABLE` for too long.
    """

    async def read(connection: Connection) -> tuple[str, str]:
        return (
            await server_key(connection, "signing", make_signing_key_pem()),
            await server_key(connection, "refresh", make_refresh_key()),
        )

    if settings.signing_keys is not None and settings.refresh_key is not None:
        return settings.signing_keys.get_secret_value(), settings.refresh_key.get_secret_value()
    for attempt in range(_KEY_RETRIES):
        try:
            signing, refresh = await database.as_worker(read)
            break
        except ServiceError as error:
            if attempt + 1 == _KEY_RETRIES:
                raise
            log.warning("waiting for the database", code=error.code.value)
    return (
        settings.signing_keys.get_secret_value() if settings.signing_keys else signing,
        settings.refresh_key.get_secret_value() if settings.refresh_key else refresh,
    )
