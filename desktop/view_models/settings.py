"""What the settings window shows and can do."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.system.settings import LanguageChoice, ProxyMode, Settings, SettingsError, ThemeChoice
from desktop.view_models.account_settings import AccountPort, AccountSettings
from desktop.view_models.device_pickers import blur_note
from desktop.view_models.device_states import DeviceKind, DevicesState, KindState
from desktop.view_models.language import Language
from desktop.view_models.ports import DevicesPort
from desktop.view_models.settings_states import (
    AboutText,
    RowKind,
    SettingRow,
    SettingsPage,
    SettingsPort,
    SettingsSection,
    SettingsState,
)
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

_BLUR = "background_blur"
_SOUND = ("echo_cancellation", "noise_suppression", "gain_control", "notice_when_muted")


class SettingsViewModel(ViewModel[SettingsState]):
    """The settings, page by page; every change holds at once.

    Signals:
        notification_tried(): show a sample notice.
        test_requested(): open the configuration test.

    Args:
        settings: what holds and how to change it.
        devices: cameras, microphones, loudspeakers.
        account: the signed-in person's account; None before the log-in.
        language: retranslates everything when it changes.
        about: the app about itself.
        notices: reads the libraries' notices; slow.
        operator: offers the second factor.
    """

    notification_tried = Signal()
    test_requested = Signal()

    def __init__(
        self,
        settings: SettingsPort,
        devices: DevicesPort,
        account: AccountPort | None,
        language: Language,
        *,
        about: AboutText,
        notices: Callable[[], Awaitable[str]],
        operator: bool,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(SettingsState(), on_unexpected, parent)
        self._settings = settings
        self._devices = devices
        self._about = about
        self._read_notices = notices
        self._notices = ""
        self._drafts: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._account = (
            AccountSettings(account, self._scope, operator=operator, parent=self) if account else None
        )
        if self._account is not None:
            self._account.changed.connect(self._write)
            self._account.said.connect(self._say)
        settings.changed.connect(self._write)
        devices.changed.connect(self._write)
        language.changed.connect(self._write)
        self._write()

    # ------------------------------------------------------------------ intentions

    def show_page(self, page: SettingsPage) -> None:
        """Turn to a page."""
        self._set(page=page)
        if page is SettingsPage.DEVICES and not self._devices.state.loaded:
            self._scope.start(self._devices.load(), name="device lists")
        if page is SettingsPage.ACCOUNT and self._account is not None:
            self._account.open()
        self._write()

    def toggle(self, key: str, on: bool) -> None:
        """Switch something."""
        if key == _BLUR:
            self._devices.set_blur(on)
        elif key in _SOUND:
            self._devices.set_switches(replace(self._devices.state.switches, **{key: on}))
        else:
            self._change(key, on)

    def choose(self, key: str, value: str) -> None:
        """Choose a value."""
        if key in {kind.value for kind in DeviceKind}:
            self._devices.choose(DeviceKind(key), value)
        else:
            self._change(key, value)

    def edit(self, key: str, text: str) -> None:
        """A text is being typed; it holds when it is given back by `press` or `commit`."""
        self._errors.pop(key, None)
        self._drafts[key] = text
        if self._account is not None:
            self._account.edited(key)

    def commit(self, key: str) -> None:
        """The text of a field is complete."""
        if key in self._drafts and key in Settings.model_fields:
            self._change(key, self._drafts[key])

    def press(self, key: str) -> None:
        """A row's button."""
        if key == "try_notification":
            self.notification_tried.emit()
        elif key == "test_setup":
            self.test_requested.emit()
        elif key == "notices":
            self._scope.start(self._show_notices(), name="notices of libraries")
        elif self._account is not None:
            self._account.press(key, self._drafts)

    # ------------------------------------------------------------------ work

    def _change(self, key: str, value: object) -> None:
        self._scope.start(self._keep(key, value), name=f"change of {key}")

    async def _keep(self, key: str, value: object) -> None:
        try:
            await self._settings.change(**{key: value})
        except SettingsError as error:
            self._errors[key] = self._wrong(key)
            log.info("a setting was refused: %s", error.problem.key)
        except OSError as error:
            log.warning("the settings could not be kept: %s", error.strerror)
            self._say(self.tr("This holds until the app is closed: it could not be saved."), True)
        else:
            self._drafts.pop(key, None)
            self._errors.pop(key, None)
        self._write()

    async def _show_notices(self) -> None:
        self._notices = await self._read_notices()
        self._write()

    def _say(self, text: str, failed: bool) -> None:
        self._set(notice=text, failed=failed, notice_id=self._state.notice_id + 1)

    def _wrong(self, key: str) -> str:
        if key == "proxy_url":
            return self.tr("Enter an address such as http://proxy.example.org:3128, without a password.")
        return self.tr("This value is not accepted here.")

    # ------------------------------------------------------------------ rows

    def _write(self) -> None:
        pages = {
            SettingsPage.GENERAL: (self.tr("General"), self._general),
            SettingsPage.DEVICES: (self.tr("Sound and picture"), self._device_page),
            SettingsPage.NOTIFICATIONS: (self.tr("Notifications"), self._notifications),
            SettingsPage.NETWORK: (self.tr("Network"), self._network),
            SettingsPage.ACCOUNT: (self.tr("Account"), self._account_page),
            SettingsPage.ABOUT: (self.tr("About"), self._about_page),
        }
        if self._account is None:
            del pages[SettingsPage.ACCOUNT]
        page = self._state.page if self._state.page in pages else SettingsPage.GENERAL
        self._set(
            page=page,
            pages=tuple((each, title) for each, (title, _) in pages.items()),
            sections=pages[page][1](),
        )

    def _switch(self, key: str, label: str, help_text: str = "", *, enabled: bool = True) -> SettingRow:
        on = bool(getattr(self._settings.current, key))
        locked = self._settings.is_locked(key)
        return SettingRow(
            key, RowKind.SWITCH, label, help_text, on=on, locked=locked, enabled=enabled and not locked
        )

    def _chips(self, key: str, label: str, options: tuple[tuple[str, str], ...]) -> SettingRow:
        value = str(getattr(self._settings.current, key).value)
        locked = self._settings.is_locked(key)
        return SettingRow(
            key, RowKind.CHIPS, label, value=value, options=options, locked=locked, enabled=not locked
        )

    def _general(self) -> tuple[SettingsSection, ...]:
        languages = (
            (LanguageChoice.SYSTEM.value, self.tr("As the system")),
            (LanguageChoice.FRENCH.value, "Français"),
            (LanguageChoice.ENGLISH.value, "English"),
        )
        themes = (
            (ThemeChoice.SYSTEM.value, self.tr("As the system")),
            (ThemeChoice.LIGHT.value, self.tr("Light")),
            (ThemeChoice.DARK.value, self.tr("Dark")),
        )
        return (
            SettingsSection(
                self.tr("Appearance"),
                (
                    self._chips("language", self.tr("Language"), languages),
                    self._chips("theme", self.tr("Colours"), themes),
                ),
            ),
            SettingsSection(
                self.tr("When I am not looking"),
                (
                    self._switch(
                        "autostart",
                        self.tr("Start when I log in to this computer"),
                        self.tr("In the background, beside the clock."),
                    ),
                    self._switch(
                        "close_to_tray",
                        self.tr("Keep running when the window is closed"),
                        self.tr("Reminders and calls still reach you."),
                    ),
                ),
            ),
        )

    def _device_page(self) -> tuple[SettingsSection, ...]:
        state = self._devices.state
        titles = {
            DeviceKind.CAMERA: self.tr("Camera"),
            DeviceKind.MICROPHONE: self.tr("Microphone"),
            DeviceKind.SPEAKER: self.tr("Loudspeaker"),
        }
        rows = tuple(self._device(kind, title, state) for kind, title in titles.items())
        sound = (
            ("echo_cancellation", self.tr("Remove the echo of the loudspeaker"), ""),
            ("noise_suppression", self.tr("Remove background noise"), ""),
            ("gain_control", self.tr("Adjust the volume of my voice"), ""),
            (
                "notice_when_muted",
                self.tr("Tell me when I talk while muted"),
                self.tr("How loud it is, is measured on this computer; nothing is sent or kept."),
            ),
        )
        switches = tuple(
            SettingRow(
                key,
                RowKind.SWITCH,
                label,
                note,
                on=bool(getattr(state.switches, key)),
                locked=self._settings.is_locked(key),
                enabled=not self._settings.is_locked(key),
            )
            for key, label, note in sound
        )
        return (
            SettingsSection(self.tr("Devices"), rows),
            SettingsSection(self.tr("My picture"), (self._blur(state),)),
            SettingsSection(self.tr("My voice"), switches),
        )

    def _blur(self, state: DevicesState) -> SettingRow:
        blur = state.blur
        note = self.tr("The picture is worked on here; it turns itself off where the computer is too slow.")
        if state.loaded and not blur.available:
            note = self.tr("This installation does not contain it.")
        elif blur.ended is not None:
            note = blur_note(blur)
        return SettingRow(
            _BLUR,
            RowKind.SWITCH,
            self.tr("Background blur"),
            note,
            on=blur.on,
            locked=blur.locked,
            enabled=blur.available and not blur.locked,
        )

    def _device(self, kind: DeviceKind, title: str, state: DevicesState) -> SettingRow:
        found: KindState = state.of(kind)
        options = [("", self.tr("As the system"))]
        options += [(each.device_id, each.name) for each in found.devices]
        note = ""
        if found.wish_missing:
            options.append((found.wish.device_id, found.wish.name))
            note = self.tr("{name} is not plugged in.").format(name=found.wish.name)
        elif state.loaded and not found.devices:
            note = self.tr("None was found.")
        return SettingRow(
            kind.value,
            RowKind.LIST,
            title,
            note,
            value=found.wish.device_id,
            options=tuple(options),
            enabled=state.loaded,
        )

    def _notifications(self) -> tuple[SettingsSection, ...]:
        return (
            SettingsSection(
                self.tr("Tell me about"),
                (
                    self._switch("notify_meetings", self.tr("Meetings that are planned, moved or cancelled")),
                    self._switch(
                        "notify_reminders",
                        self.tr("Coming meetings"),
                        self.tr("10 minutes and 1 minute before."),
                    ),
                    self._switch(
                        "notify_waiting",
                        self.tr("Somebody who waits for me"),
                        self.tr("A small window in the corner of the screen."),
                    ),
                    self._switch(
                        "ring", self.tr("With a sound"), enabled=self._settings.current.notify_waiting
                    ),
                ),
            ),
            SettingsSection("", (SettingRow("try_notification", RowKind.BUTTON, action=self.tr("Try it")),)),
        )

    def _network(self) -> tuple[SettingsSection, ...]:
        modes = (
            (ProxyMode.SYSTEM.value, self.tr("As the system")),
            (ProxyMode.NONE.value, self.tr("None")),
            (ProxyMode.MANUAL.value, self.tr("This one")),
        )
        current = self._settings.current
        locked = self._settings.is_locked("proxy_url")
        address = SettingRow(
            "proxy_url",
            RowKind.TEXT,
            self.tr("Address of the proxy"),
            value=self._drafts.get("proxy_url", current.proxy_url),
            locked=locked,
            enabled=current.proxy_mode is ProxyMode.MANUAL and not locked,
            error=self._errors.get("proxy_url", ""),
        )
        return (
            SettingsSection(
                self.tr("Proxy"), (self._chips("proxy_mode", self.tr("Proxy of the network"), modes), address)
            ),
            SettingsSection(
                self.tr("Sound and picture"),
                (
                    self._switch(
                        "relay_only",
                        self.tr("Through relays alone"),
                        self.tr("For networks that let nothing else through. Sound may arrive later."),
                    ),
                ),
            ),
            SettingsSection(
                "",
                (
                    SettingRow(
                        "restart",
                        RowKind.WORDS,
                        help=self.tr("Changes on this page hold from the next start."),
                    ),
                    SettingRow("test_setup", RowKind.BUTTON, action=self.tr("Test my setup")),
                ),
            ),
        )

    def _account_page(self) -> tuple[SettingsSection, ...]:
        return self._account.sections(self._drafts) if self._account is not None else ()

    def _about_page(self) -> tuple[SettingsSection, ...]:
        about = self._about
        words = (
            SettingRow(
                "version",
                RowKind.WORDS,
                about.product,
                self.tr("Version {version}").format(version=about.version),
            ),
            SettingRow("service", RowKind.WORDS, self.tr("Service"), about.service),
            SettingRow("licence", RowKind.WORDS, self.tr("Licence"), about.licence),
        )
        libraries = SettingRow(
            "notices",
            RowKind.WORDS if self._notices else RowKind.BUTTON,
            help=self._notices,
            action="" if self._notices else self.tr("Show the libraries"),
        )
        return (
            SettingsSection("", words),
            SettingsSection(self.tr("Made with open-source libraries"), (libraries,)),
        )
