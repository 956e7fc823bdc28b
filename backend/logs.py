"""Logs of the service: one JSON object a line on standard error, with secrets taken out."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from backend_client.errors import ApiErrorCode, FieldErrorCode

_SECRET_NAMES = frozenset(
    {
        *("authorization", "password", "secret", "token", "access_token", "refresh_token", "email"),
        *("sdp", "sdp_offer", "sdp_answer", "credential", "dsn", "database_url", "code", "cookie"),
    }
)
_PUBLIC_CODES = frozenset({*ApiErrorCode, *FieldErrorCode})
"""The contract's own codes. Any other `code` is taken for one that opens something: by mail, by an app."""
_SECRET_SHAPES = (
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)\b(basic|bearer)\s+[\w+/=.~-]{8,}"), r"\1 [redacted]"),
    (re.compile(r"([?&]token=)[^&\s\"']+"), r"\1[redacted]"),
    (re.compile(r"\b(tok_)\w+"), r"\1[redacted]"),
    (re.compile(r"(://[^:/@\s]+:)[^@/\s]+@"), r"\1[redacted]@"),
    # Refresh tokens: 72 characters of base64url.
    (re.compile(r"(?<![\w-])[\w-]{72}(?![\w-])"), "[token]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[address]"),
)
REDACTED = "[redacted]"


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Structlog step: no token, password, credential or e-mail address gets into a line."""
    return {name: _member(name, value) for name, value in event.items()}


def _member(name: str, value: object) -> object:
    lowered = name.lower()
    if lowered == "code" and isinstance(value, str) and value in _PUBLIC_CODES:
        return value
    return REDACTED if lowered in _SECRET_NAMES else _clean(value)


def _clean(value: object) -> object:
    if isinstance(value, str):
        for shape, replacement in _SECRET_SHAPES:
            value = shape.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {name: _member(str(name), item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _clean(str(value))


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def use_standard_logging() -> None:
    """Hand structlog's events to the standard library's logging, whatever listens there."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def configure(level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logging to standard error, once per process."""
    use_standard_logging()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Their information level repeats every request, with addresses.
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
