"""Order of start-up and orderly exit, for both apps.

Arguments → settings → log files → Qt → language and theme → loop → `Shell`. Everything slow
(aiortc, QtMultimedia) waits until a room opens.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from uuid import UUID

import qasync
from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

from desktop.app.wiring import AppKind, Shell
from desktop.system.deep_link import DeepLinkError, meeting_of_link
from desktop.system.logs import configure_logs
from desktop.system.settings import LoadedSettings, SettingsError, add_arguments, load_settings
from desktop.system.token_store import open_token_store
from desktop.view_models.language import Language
from desktop.views.theme import Theme, ThemeChoice
from resources.brand import ORGANISATION, ORGANISATION_DOMAIN, URL_SCHEME
from resources.reader import ROOT as RESOURCES

log = logging.getLogger(__name__)

OnShell = Callable[[Shell], None]
"""Told about the shell once the loop runs; how tests and the demo drive the real app."""

EXIT_BAD_SETTINGS = 2


def arguments(kind: AppKind) -> argparse.ArgumentParser:
    """The command line of both apps."""
    parser = argparse.ArgumentParser(prog=kind.product.program)
    add_arguments(parser)
    parser.add_argument("--verbose", action="store_true", help="log to standard error as well")
    parser.add_argument("link", nargs="?", metavar="LINK", help=f"{URL_SCHEME}://meetings/<id>")
    return parser


def main(kind: AppKind, argv: Sequence[str] | None = None, on_shell: OnShell | None = None) -> int:
    """Run one of the apps until it is closed; returns the exit code."""
    options = arguments(kind).parse_args(argv)
    try:
        loaded = load_settings(kind.product, options)
        link = meeting_of_link(options.link) if options.link else None
    except (SettingsError, DeepLinkError) as error:
        print(f"{kind.product.program}: {error}", file=sys.stderr)  # noqa: T201  (no log file yet)
        return EXIT_BAD_SETTINGS
    logs = configure_logs(loaded.paths.log_dir, kind.product.program, verbose=options.verbose)
    log.info("%s starts", kind.product.program)
    sys.excepthook = report_exception
    app = make_application(kind)
    language = Language(RESOURCES / "translations", loaded.settings.language.value)
    theme = Theme(app, choice=ThemeChoice(loaded.settings.theme.value))
    loop = qasync.QEventLoop(app)
    loop.set_exception_handler(report_loop_exception)
    with loop:
        loop.run_until_complete(run(kind, loaded, language, theme, link=link, on_shell=on_shell))
    log.info("%s has ended", kind.product.program)
    logs.close()
    return 0


async def run(
    kind: AppKind,
    loaded: LoadedSettings,
    language: Language,
    theme: Theme,
    *,
    link: UUID | None,
    on_shell: OnShell | None,
) -> None:
    """The app's main coroutine."""
    # The secret store may ask the user to unlock it: never on Qt's thread.
    opened = await asyncio.to_thread(open_token_store, loaded.settings.backend_url, loaded.paths.profile)
    shell = Shell(kind, loaded.settings, opened.store, language, theme, meeting_to_open=link)
    watch = TerminationWatch(shell.stop)
    try:
        if on_shell is not None:
            on_shell(shell)
        await shell.run()
    finally:
        watch.close()


def make_application(kind: AppKind) -> QApplication:
    """Qt's application object with our names; windows are closed by the shell, not by Qt."""
    QCoreApplication.setOrganizationName(ORGANISATION)
    QCoreApplication.setOrganizationDomain(ORGANISATION_DOMAIN)
    QCoreApplication.setApplicationName(kind.product.program)
    app = QApplication.instance() or QApplication([kind.product.program])
    assert isinstance(app, QApplication)
    app.setApplicationDisplayName(kind.product.name)
    app.setDesktopFileName(kind.product.application_id)
    app.setQuitOnLastWindowClosed(False)
    return app


def report_exception(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """What nobody expected goes to the log with its trace; the app goes on."""
    if issubclass(kind, KeyboardInterrupt):
        QCoreApplication.quit()
        return
    log.critical("unexpected error", exc_info=(kind, error, traceback))


def report_loop_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """The same for what asyncio finds."""
    error = context.get("exception")
    log.error("%s", context.get("message"), exc_info=error if isinstance(error, BaseException) else None)


class TerminationWatch:
    """Ends the app cleanly on SIGTERM and SIGINT.

    Python runs signal handlers only between byte codes, and Qt waits in C++; the wake-up socket
    makes Qt return to Python at once.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._owner = QObject()
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self._owner)
        self._notifier.activated.connect(self._drain)
        self._former_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._former = {
            number: signal.signal(number, self._handle) for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._stop = stop

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._stop()

    def _drain(self) -> None:
        try:
            while self._reader.recv(64):
                pass
        except BlockingIOError:
            pass  # read to the end

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_fd)
        self._reader.close()
        self._writer.close()
