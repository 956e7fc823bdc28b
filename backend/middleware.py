"""What every request passes through: an id, a size limit, one line in the log, no bare crash."""

from __future__ import annotations

import asyncio
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.client_versions import refuse_too_old
from backend.config import Settings
from backend.errors import ServiceError, problem_response
from backend.metrics import Metrics
from backend_client.errors import ApiErrorCode

log = structlog.stdlib.get_logger(__name__)

BODY_LIMIT = 64 * 1024
BODY_LIMIT_S = 15.0
"""For a whole body: who sends it byte by byte is not waited for."""
SIGN_IN_BODY_LIMIT = 8 * 1024
"""Smaller, because nobody has to be signed in to send one."""


class RequestGuard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.monotonic()
        status = 0
        first_byte_s: float | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status, first_byte_s
            if message["type"] == "http.response.start":
                first_byte_s = time.monotonic() - began
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                refusal = self._refusal(scope)
                if refusal is not None:
                    await problem_response(refusal, request_id)(scope, receive, send_with_id)
                else:
                    await self._app(scope, _limited(scope, receive), send_with_id)
            except Exception:
                # The last line: nothing of a defect's inside may leave the service.
                log.exception("request failed unexpectedly", method=scope["method"])
                if status:
                    raise
                error = ServiceError(ApiErrorCode.INTERNAL)
                await problem_response(error, request_id)(scope, receive, send_with_id)
            finally:
                route: str | None = getattr(scope.get("route"), "path", None)
                if first_byte_s is not None:
                    # Not the whole answer: an event stream lasts for minutes by design.
                    self._metrics.observe_request(scope["method"], route, status, first_byte_s)
                log.info(
                    "request",
                    method=scope["method"],
                    # The pattern, not the address: no ids and no query in the log.
                    route=route,
                    status=status,
                    duration_ms=round((time.monotonic() - began) * 1000, 1),
                )

    def _refusal(self, scope: Scope) -> ServiceError | None:
        headers = Headers(scope=scope)
        return refuse_too_old(self._settings, scope["path"], headers.get("user-agent", "")) or _refuse_body(
            scope, headers
        )


def _refuse_body(scope: Scope, headers: Headers) -> ServiceError | None:
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > _limit(scope):
        return ServiceError(ApiErrorCode.TOO_LARGE)
    has_body = length != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind != "application/json" and scope["method"] not in {"GET", "HEAD"}:
        return ServiceError(ApiErrorCode.UNSUPPORTED_MEDIA_TYPE)
    return None


def _limited(scope: Scope, receive: Receive) -> Receive:
    """The same request, refused as soon as a body without a stated length grows too large."""
    left = _limit(scope)
    deadline = time.monotonic() + BODY_LIMIT_S
    is_whole = False

    async def receive_limited() -> Message:
        nonlocal left, is_whole
        if is_whole:
            # From here on it only tells that the other end has gone.
            return await receive()
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(400) from error
        is_whole = not message.get("more_body", False)
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
        return message

    return receive_limited


def _limit(scope: Scope) -> int:
    return SIGN_IN_BODY_LIMIT if scope["path"].startswith("/v1/auth/") else BODY_LIMIT
