"""What the settings window shows: pages of sections of rows, complete and in the user's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from desktop.system.settings import Settings


class SettingsPage(Enum):
    """The pages, in order."""

    GENERAL = "general"
    DEVICES = "devices"
    NOTIFICATIONS = "notifications"
    NETWORK = "network"
    ACCOUNT = "account"
    ABOUT = "about"


class RowKind(Enum):
    """How a row is operated."""

    SWITCH = "switch"
    CHIPS = "chips"
    """One of a few values, all visible."""
    LIST = "list"
    """One of several values, in a drop-down."""
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of row, no password
    BUTTON = "button"
    WORDS = "words"
    """Only to be read; with `action`, a button beside it."""
    CODE = "code"
    """A QR code, and beside it the words for those who cannot scan it."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row.

    Attributes:
        key: what an intention about it names.
        label: what it is.
        help: a line under it.
        on: of a switch.
        value: of a choice or a text.
        options: value and label of each choice.
        action: words of the button of a button's or a readable row.
        locked: decided by IT: shown, with why, and not changeable.
        enabled: False where another setting makes it pointless, or while busy.
        error: what is wrong with its value.
        main: the page's filled button.
        modules: of a QR code: its rows from the top, each from the left, True for a dark module; without
            the quiet zone.
    """

    key: str
    kind: RowKind
    label: str = ""
    help: str = ""
    on: bool = False
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    action: str = ""
    locked: bool = False
    enabled: bool = True
    error: str = ""
    main: bool = False
    modules: tuple[tuple[bool, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsSection:
    """Rows under one heading, "" for none."""

    heading: str
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class SettingsState:
    """`SettingsViewModel`: the settings window.

    Attributes:
        page: what is shown.
        pages: page and title of each, in order.
        sections: the shown page.
        notice: what came of the last action, `notice_id` changes with each.
        failed: the notice is bad news.
    """

    page: SettingsPage = SettingsPage.GENERAL
    pages: tuple[tuple[SettingsPage, str], ...] = ()
    sections: tuple[SettingsSection, ...] = field(default=())
    notice: str = ""
    notice_id: int = 0
    failed: bool = False


class SettingsPort(Protocol):
    """The settings of the running app. `changed` is a Qt signal that carries the new `Settings`."""

    changed: Any

    @property
    def current(self) -> Settings:
        """What holds now."""

    def is_locked(self, key: str) -> bool:
        """Whether IT has decided it."""

    async def change(self, **changes: object) -> None:
        """Use these values from now on and keep them for the next start.

        Raises:
            SettingsError: a value that is not allowed; nothing has changed.
            OSError: it holds now, and cannot be kept.
        """


@dataclass(frozen=True, slots=True)
class AboutText:
    """What the app says about itself: version, licence, and the notices of the libraries it is made of."""

    product: str
    version: str
    licence: str
    service: str
