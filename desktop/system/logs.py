"""Log files: one JSON object per line, rotated by size, without secrets; readable text on request.

Levels: *error* = given up and the user sees it; *warning* = anomaly with automatic retry;
*info* = one line per step in the life of something; *debug* = the rest.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from desktop.system.redaction import REDACTED, is_secret_name, redact_value

FILE_BYTES_MAX = 2_000_000
FILES_KEPT = 5

_OURS = ("desktop", "backend_client", "resources", "__main__")
# Their debug lines hold whole messages (session descriptions, headers); their info lines hold
# addresses with queries.
_QUIET = ("httpx", "httpcore", "aiortc", "aioice", "websockets", "keyring", "asyncio", "qasync")

# Names that structlog and logging give themselves; not looked at as if they were data.
_OWN_KEYS = frozenset({"timestamp", "level", "logger", "thread"})


class Logs:
    """The handlers that `configure_logs` has installed.

    Attributes:
        file: the log file, None when none could be opened.
        problem: why there is no file, "" when there is one.
    """

    def __init__(self, handlers: list[logging.Handler], file: Path | None, problem: str) -> None:
        self.file = file
        self.problem = problem
        self._handlers = handlers

    def close(self) -> None:
        """Write what is left and take the handlers away. Safe more than once."""
        logging.captureWarnings(False)
        root = logging.getLogger()
        while self._handlers:
            handler = self._handlers.pop()
            root.removeHandler(handler)
            handler.close()


def configure_logs(
    log_dir: Path,
    program: str,
    *,
    verbose: bool = False,
    level: str = "info",
    stream: TextIO | None = None,
) -> Logs:
    """Send the logs of the whole process to `log_dir/program.log`.

    Args:
        log_dir: made when missing, readable by the user alone.
        program: name of the app; the two must not share a file.
        verbose: also to standard error as text, our own code at debug level.
        level: `warning`, `info` or `debug`: the least that our own code writes.
        stream: instead of standard error.

    Returns:
        What to close at exit. A directory that cannot be written is no reason not to start: the
        logs then go to standard error, and `problem` says why.
    """
    _configure_structlog()
    handlers: list[logging.Handler] = []
    file: Path | None = log_dir / f"{program}.log"
    problem = ""
    try:
        log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        to_file = _LogFile(
            log_dir / f"{program}.log",
            maxBytes=FILE_BYTES_MAX,
            backupCount=FILES_KEPT - 1,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        file = None
        problem = f"{type(error).__name__}: {error.strerror}"
    else:
        to_file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
        handlers.append(to_file)
    terminal = stream or sys.stderr  # None in a program without a console
    if terminal is not None and (verbose or file is None):
        to_terminal = _Terminal(terminal)
        console = structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
        to_terminal.setFormatter(_formatter(console, _without_control_characters))
        handlers.append(to_terminal)

    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    return Logs(handlers, file, problem)


def _report_lost_line(record: logging.LogRecord) -> None:
    """Say that a line could not be written. The library would print it, its secrets included."""
    if sys.stderr is not None:
        reason = type(sys.exception()).__name__
        sys.stderr.write(f"a log line of {record.name} was lost: {reason}\n")


class _LogFile(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        _report_lost_line(record)


class _Terminal(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        _report_lost_line(record)


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that `redaction` hangs in, last before the rendering."""
    for key, value in event.items():
        if key in _OWN_KEYS or key.startswith("_"):
            continue
        event[key] = REDACTED if is_secret_name(key) else redact_value(value)
    return event


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    """What every line gets, whether it was logged by structlog or by the standard library."""
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _without_leftovers(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Other handlers leave their text on the record, where it looks like something to log."""
    event.pop("message", None)
    event.pop("asctime", None)
    return event


def _without_control_characters(_logger: Any, _method: str, text: Any) -> str:
    """The text unable to move a terminal's cursor or change its colours."""
    return "".join(each if each.isprintable() or each in "\n\t" else repr(each)[1:-1] for each in text)


def _formatter(*renderers: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder(), _without_leftovers],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redact_event,
            *renderers,
        ],
    )
