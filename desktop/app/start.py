"""Order of start-up and orderly exit, for both apps.

Arguments → settings → the only instance? → log files → Qt → language and theme → loop → `Shell`.
A second start ends at the question mark, its request handed over. Everything slow
(aiortc, QtMultimedia) waits until a room opens.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from backend_client.identity import version
from desktop.app.wiring import AppKind, Shell
from desktop.system.autostart import BACKGROUND
from desktop.system.crash import CrashWatch
from desktop.system.logs import configure_logs
from desktop.system.proxy import use_proxy
from desktop.system.settings import LoadedSettings, SettingsError, add_arguments, load_settings
from desktop.system.single_instance import InstanceError, SingleInstance, StartRequest
from desktop.system.token_store import open_token_store
from desktop.view_models.language import Language
from desktop.views.theme import Theme, ThemeChoice
from resources.brand import ORGANISATION, ORGANISATION_DOMAIN, URL_SCHEME
from resources.reader import ROOT as RESOURCES

log = logging.getLogger(__name__)

OnShell = Callable[[Shell], None]
"""Told about the shell once the loop runs; how tests and the demo drive the real app."""

EXIT_BAD_SETTINGS = 2
EXIT_NOT_ANSWERED = 3
"""The app runs already and does not answer."""

_ACTIVATION = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


def arguments(kind: AppKind) -> argparse.ArgumentParser:
    """The command line of both apps."""
    parser = argparse.ArgumentParser(prog=kind.product.program)
    add_arguments(parser)
    parser.add_argument("--verbose", action="store_true", help="log to standard error as well")
    parser.add_argument("--self-test", action="store_true", help="check the installation, print JSON, end")
    parser.add_argument("--forget-me", action="store_true", help="delete this user's data, print JSON, end")
    parser.add_argument(
        BACKGROUND, dest="background", action="store_true", help="start in the tray, without a window"
    )
    parser.add_argument("link", nargs="?", metavar="LINK", help=f"{URL_SCHEME}://meetings/<id>")
    return parser


def main(kind: AppKind, argv: Sequence[str] | None = None, on_shell: OnShell | None = None) -> int:
    """Run one of the apps until it is closed; returns the exit code."""
    options = arguments(kind).parse_args(argv)
    if options.self_test:
        from desktop.app.self_test import main as self_test  # noqa: PLC0415  (no start needs it)

        make_application(kind)
        return self_test(kind)
    if options.forget_me:
        from desktop.app.forget_me import main as forget_me  # noqa: PLC0415

        return forget_me(kind, options)
    request = StartRequest(
        link=options.link or "",
        background=options.background,
        activation=next((os.environ[name] for name in _ACTIVATION if os.environ.get(name)), ""),
    )
    try:
        loaded = load_settings(kind.product, options)
        instance = SingleInstance(loaded.paths.profile)
        if not instance.claim(request):
            return 0
    except (SettingsError, InstanceError) as error:
        print(f"{kind.product.program}: {error}", file=sys.stderr)  # noqa: T201  (no log file yet)
        return EXIT_BAD_SETTINGS if isinstance(error, SettingsError) else EXIT_NOT_ANSWERED
    logs = configure_logs(
        loaded.log_dir,
        kind.product.program,
        verbose=options.verbose,
        level=loaded.settings.log_level.value,
    )
    log.info("%s starts", kind.product.program)
    crashes = CrashWatch(loaded.paths.data_dir, loaded.log_dir / f"{kind.product.program}.log", version())
    crash_report = crashes.begin()
    settings = loaded.settings
    use_proxy(settings.proxy_mode, settings.proxy_url, settings.backend_url)
    sys.excepthook = report_exception
    app = make_application(kind)
    language = Language(RESOURCES / "translations", loaded.settings.language.value)
    theme = Theme(app, choice=ThemeChoice(loaded.settings.theme.value))
    loop = qasync.QEventLoop(app)
    loop.set_exception_handler(report_loop_exception)
    with loop:
        main_task = run(
            kind,
            loaded,
            language,
            theme,
            instance=instance,
            request=request,
            crash_report=crash_report,
            on_shell=on_shell,
        )
        loop.run_until_complete(main_task)
    crashes.end()
    instance.release()
    log.info("%s has ended", kind.product.program)
    logs.close()
    return 0


async def run(
    kind: AppKind,
    loaded: LoadedSettings,
    language: Language,
    theme: Theme,
    *,
    instance: SingleInstance,
    request: StartRequest,
    crash_report: str,
    on_shell: OnShell | None,
) -> None:
    """The app's main coroutine."""
    # The secret store may ask the user to unlock it: never on Qt's thread.
    opened = await asyncio.to_thread(open_token_store, loaded.settings.backend_url, loaded.paths.profile)
    shell = Shell(
        kind,
        loaded.settings,
        opened.store,
        language,
        theme,
        settings_file=loaded.paths.settings_file,
        is_locked=loaded.is_locked,
        data_dir=loaded.paths.data_dir,
        background=request.background,
        crash_report=crash_report,
    )
    watch = TerminationWatch(shell.stop)
    app = QGuiApplication.instance()
    if isinstance(app, QGuiApplication):
        app.commitDataRequest.connect(lambda _manager: shell.stop())  # the user logs out of the system
    instance.asked.connect(shell.started_again)
    # Elsewhere nobody sends them, and every event of the app would pass through Python for nothing.
    links = SystemLinks(shell.open_link) if sys.platform == "darwin" else None
    try:
        if request.link:
            shell.open_link(request.link)
        if on_shell is not None:
            on_shell(shell)
        # One turn later: the window is painted first.
        shell.shown.connect(lambda: asyncio.get_running_loop().call_soon(instance.listen))
        await shell.run()
    finally:
        if links is not None:
            links.close()
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


class SystemLinks(QObject):
    """Links that macOS sends to the running app as an event instead of starting it with an argument."""

    def __init__(self, open_link: Callable[[str], None]) -> None:
        super().__init__()
        self._open_link = open_link
        self._app = QCoreApplication.instance()
        if self._app is not None:
            self._app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Take the links, leave the rest."""
        if isinstance(event, QFileOpenEvent) and event.url().scheme() == URL_SCHEME:
            self._open_link(event.url().toString())
            return True
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Take no more."""
        if self._app is not None:
            self._app.removeEventFilter(self)


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
