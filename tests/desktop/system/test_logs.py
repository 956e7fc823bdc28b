"""Log files: what is in them, what never is, and that they cannot stop the app."""

from __future__ import annotations

import io
import json
import logging
import stat
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from desktop.system import logs
from desktop.system.logs import Logs, configure_logs

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwYjVlIn0.MEUCIQDx_1-abc"


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    """Give back levels and handlers as they were."""
    names = ["", "desktop", "backend_client", "httpx", "aioice", "__main__", "resources", *logs._QUIET]
    levels = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    assert logging.getLogger().handlers == handlers
    structlog.reset_defaults()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Logs]:
    """Logs of an app, in `tmp_path/logs`."""
    configured = configure_logs(tmp_path / "logs", "mikl-hub")
    yield configured
    configured.close()


def lines(written: Logs) -> list[dict[str, Any]]:
    """What the file holds."""
    assert written.file is not None
    return [json.loads(line) for line in written.file.read_text(encoding="utf-8").splitlines()]


def test_a_line_says_when_where_and_what(written: Logs) -> None:
    logging.getLogger("desktop.rtc.room").info("joined %s in %.1f s", "mtg_1", 0.4)
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "joined mtg_1 in 0.4 s", "level": "info", "logger": "desktop.rtc.room"}


def test_structlog_and_the_standard_library_write_alike(written: Logs) -> None:
    structlog.get_logger("desktop.app").bind(room="mtg_1").warning("média perdu", attempt=2)
    logging.getLogger("desktop.app").warning("lost", extra={"attempt": 2})
    first, second = lines(written)
    assert (first["event"], first["room"], first["attempt"]) == ("média perdu", "mtg_1", 2)
    assert first["logger"] == second["logger"] == "desktop.app"
    assert second["attempt"] == 2
    assert "média" in written.file.read_text(encoding="utf-8") if written.file else False


def test_nothing_secret_is_written(written: Logs) -> None:
    """Neither in the text, nor as a value, nor as an argument, nor in an exception's text or notes."""
    log = logging.getLogger("desktop.app")
    log.info("token %s", JWT)
    log.info("answer %s", {"refresh_token": "secret-1", "user": {"email": "alice@demo.visio"}})
    structlog.get_logger("backend_client").info("signed in", password="secret-2", who="alice@demo.visio")
    try:
        raise ValueError(f"token={JWT} of alice@demo.visio, password='secret-3'")
    except ValueError:
        log.exception("failed")
    logging.getLogger("other.library").warning("Authorization: Bearer secret-4")
    assert written.file is not None
    text = written.file.read_text(encoding="utf-8")
    for secret in (JWT, "secret-", "alice", "demo.visio"):
        assert secret not in text
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert len(lines(written)) == 5


@pytest.mark.parametrize(
    "text",
    ["two\nlines", "\x1b[31mred", 'quote " and \\', "\ud800 alone", "\x00"],
    ids=["line break", "colour", "quote and backslash", "half a pair", "nul"],
)
def test_a_line_stays_one_line(written: Logs, text: str) -> None:
    """Nobody can forge a line or colour a terminal by choosing a name."""
    logging.getLogger("desktop.app").info("said %s", text)
    assert len(lines(written)) == 1
    assert written.file is not None
    assert "\x1b" not in written.file.read_text(encoding="utf-8")


def test_a_line_that_cannot_be_made_is_told_without_its_secrets(
    written: Logs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would print the arguments as they are."""
    other_handlers = [each for each in logging.getLogger().handlers if each not in written._handlers]
    monkeypatch.setattr(logging.getLogger(), "handlers", list(written._handlers))
    logging.getLogger("desktop.app").info("%d of %s", "secret-5", "alice@demo.visio")
    logging.getLogger().handlers.extend(other_handlers)
    assert lines(written) == []
    assert capsys.readouterr().err == "a log line of desktop.app was lost: TypeError\n"


def test_debug_lines_stay_out_and_chatty_libraries_quiet(written: Logs) -> None:
    """Their debug and info lines hold whole messages and addresses with queries."""
    logging.getLogger("desktop.app").debug("detail")
    logging.getLogger("aioice.ice").info("candidate")
    logging.getLogger("httpx").info("HTTP Request: GET https://x?token=1")
    logging.getLogger("aiortc.rtcpeerconnection").debug("v=0")
    assert lines(written) == []


def test_verbose_is_readable_text_on_the_terminal_too(tmp_path: Path) -> None:
    terminal = io.StringIO()
    configured = configure_logs(tmp_path, "mikl-hub", verbose=True, stream=terminal)
    logging.getLogger("desktop.app").debug("detail of %s \x1b[31m", "alice@demo.visio")
    logging.getLogger("aiortc").debug("v=0")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("desktop.app").exception("failed")
    configured.close()
    shown = terminal.getvalue()
    assert "detail of [redacted] \\x1b[31m" in shown
    assert "ValueError: broken" in shown
    assert "v=0" not in shown
    assert not shown.startswith("{")
    assert "\x1b" not in shown


def test_without_verbose_the_terminal_stays_silent(written: Logs, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output belongs to whoever started the program."""
    logging.getLogger("desktop.app").warning("something")
    structlog.get_logger("desktop.app").warning("something")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_warnings_of_python_are_logged(written: Logs) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure = logging.captureWarnings
        configure(False)
        configure(True)
        warnings.warn("old call", DeprecationWarning, stacklevel=1)
    (line,) = lines(written)
    assert "old call" in line["event"]


def test_the_file_is_the_user_s_alone_and_rotates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES_MAX", 2_000)
    place = tmp_path / "deep" / "logs"
    configured = configure_logs(place, "mikl-visio")
    for number in range(200):
        logging.getLogger("desktop.app").info("line %d %s", number, "x" * 50)
    configured.close()
    files = sorted(place.iterdir())
    assert [file.name for file in files] == [
        "mikl-visio.log",
        *(f"mikl-visio.log.{number}" for number in range(1, logs.FILES_KEPT)),
    ]
    assert all(file.stat().st_size <= 2_000 for file in files)
    if sys.platform != "win32":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_no_reason_not_to_start(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    terminal = io.StringIO()
    configured = configure_logs(in_the_way, "mikl-hub", stream=terminal)
    logging.getLogger("desktop.app").info("started")
    configured.close()
    assert configured.file is None
    assert configured.problem
    assert "started" in terminal.getvalue()


def test_lines_of_several_threads_do_not_mix(written: Logs) -> None:
    """The media thread logs too."""

    def write(name: str) -> None:
        for number in range(100):
            logging.getLogger(f"desktop.{name}").info("line %d", number)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(written)) == 400


def test_close_twice(tmp_path: Path) -> None:
    configured = configure_logs(tmp_path, "mikl-hub")
    configured.close()
    configured.close()
    assert logging.getLogger("desktop").isEnabledFor(logging.INFO)
