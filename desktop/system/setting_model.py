"""Everything that can be set: names, types, defaults, and what each is for.

The one typed model: `settings.py` loads and saves it, the settings window shows it, the policy
templates for IT are generated from it (`policy_name`, and each field's title and description).
"""

from __future__ import annotations

import ipaddress
import re
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from desktop.system.trust import trust_context


class LanguageChoice(StrEnum):
    """Language of the app."""

    SYSTEM = "system"
    FRENCH = "fr"
    ENGLISH = "en"


class ThemeChoice(StrEnum):
    """Colours of the app."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class CameraChoice(StrEnum):
    """Where pictures come from."""

    AUTO = "auto"
    """The system's camera; the generated picture where there is none."""
    TEST = "test"
    """The generated picture always."""


class LayoutChoice(StrEnum):
    """How the tiles of a meeting stand."""

    GRID = "grid"
    SPEAKER = "speaker"


class ProxyMode(StrEnum):
    """How the service and the media server are reached."""

    SYSTEM = "system"
    """As the system says: its proxy settings, and what they answer for each address."""
    NONE = "none"
    """Straight, whatever the system says."""
    MANUAL = "manual"
    """Through `proxy_url`."""


class LogLevel(StrEnum):
    """How much the log files hold."""

    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


class SettingSource(Enum):
    """Who decided a value, strongest first."""

    POLICY = "policy"
    ARGUMENT = "argument"
    ENVIRONMENT = "environment"
    USER = "user"
    RECOMMENDED = "recommended"
    """What IT proposes; the user may choose otherwise."""
    DEFAULT = "default"


def _service_address(value: str) -> str:
    """The service's address without a trailing slash; unencrypted only to this machine."""
    address = value.strip()
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://visio.example.org is needed")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the address must hold no user name, password, query or fragment")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise ValueError("passwords would travel in clear: use https:// for another machine")
    return address.rstrip("/")


def _list(value: Any) -> Any:
    """Several values written as one text, as variables and registries have them."""
    return re.split(r"[\s,;]+", value.strip()) if isinstance(value, str) and value.strip() else value or ()


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


ServiceAddress = Annotated[str, AfterValidator(_service_address)]
ServiceAddresses = Annotated[tuple[ServiceAddress, ...], BeforeValidator(_list)]


def _certificate(value: Path) -> Path:
    """A file that certificates can be read from; otherwise every connection would fail later."""
    try:
        trust_context(value)
    except OSError as error:  # `ssl.SSLError` is one
        raise ValueError("a readable PEM file with the server's certificate is needed") from error
    return value


CertificateFile = Annotated[Path, AfterValidator(_certificate)]


def _proxy_address(value: str) -> str:
    """`http://host:port`, or "" for none. Names and passwords belong into the system's proxy settings."""
    address = value.strip().rstrip("/")
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname or parts.path:
        raise ValueError("an address such as http://proxy.example.org:3128 is needed")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the address must hold no user name, password, query or fragment")
    return address


ProxyAddress = Annotated[str, AfterValidator(_proxy_address)]


_RELAY = re.compile(r"turns?:[^\s:?@/]+(:[0-9]{1,5})?(\?transport=(udp|tcp))?", re.IGNORECASE)


def _relay_address(value: str) -> str:
    """A TURN server's address, without credentials."""
    if not _RELAY.fullmatch(value):
        raise ValueError("an address such as turn:turn.example.org:3478?transport=udp is needed")
    return value


RelayAddress = Annotated[str, AfterValidator(_relay_address)]
RelayAddresses = Annotated[tuple[RelayAddress, ...], BeforeValidator(_list)]


def _setting(default: Any, title: str, description: str = "", *, policy: bool = True) -> Any:
    """One setting; `policy` False for what only the user or the app itself can know."""
    return Field(
        default=default, title=title, description=description or None, json_schema_extra={"policy": policy}
    )


class Settings(BaseModel):
    """Everything that can be set. Made by `load_settings`; tests may make one directly."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend_url: ServiceAddress = _setting(
        ..., "Address of the service", "Such as https://visio.example.org; there is no default."
    )
    allowed_backends: ServiceAddresses = _setting(
        (),
        "Services that may be used",
        "With addresses in this list, the apps refuse every other service. Empty: any.",
    )
    language: LanguageChoice = _setting(LanguageChoice.SYSTEM, "Language")
    theme: ThemeChoice = _setting(ThemeChoice.SYSTEM, "Colours", "Light, dark, or as the system is.")
    camera: CameraChoice = _setting(
        CameraChoice.AUTO, "Picture", "The camera, or always the generated picture (for tests)."
    )
    camera_device: str = _setting("", "Camera", "Its id; empty: the system's default.", policy=False)
    # Ids change with the socket that a device is plugged into, so the name is kept as well.
    camera_name: str = _setting("", "Name of the camera", policy=False)
    microphone_device: str = _setting("", "Microphone", "Its id; empty: the default.", policy=False)
    microphone_name: str = _setting("", "Name of the microphone", policy=False)
    speaker_device: str = _setting("", "Loudspeaker", "Its id; empty: the default.", policy=False)
    speaker_name: str = _setting("", "Name of the loudspeaker", policy=False)
    echo_cancellation: bool = _setting(
        True, "Echo cancellation", "What the loudspeaker plays is taken out of what the microphone hears."
    )
    noise_suppression: bool = _setting(True, "Noise suppression")
    gain_control: bool = _setting(
        True, "Automatic volume", "Quiet voices are made louder, loud ones quieter."
    )
    notice_when_muted: bool = _setting(
        True,
        "Say when I talk while muted",
        "Loudness is measured while muted, on this computer; it is neither sent nor kept.",
    )
    background_blur: bool = _setting(
        False,
        "Background blur",
        "What is behind the person is out of focus; it turns itself off where the computer is too slow.",
    )
    skip_prejoin: bool = _setting(
        False, "Join without the preview", "Joining opens the room at once, with the devices of last time."
    )
    join_with_camera: bool = _setting(True, "Camera on when joining", policy=False)
    join_with_microphone: bool = _setting(True, "Microphone on when joining", policy=False)
    layout: LayoutChoice = _setting(
        LayoutChoice.GRID, "Layout of the meeting", "All tiles of one size, or whoever speaks.", policy=False
    )
    own_picture_hidden: bool = _setting(False, "Own picture hidden", policy=False)
    own_picture_mirrored: bool = _setting(True, "Own picture as in a mirror", policy=False)
    notify_meetings: bool = _setting(
        True, "News about meetings", "A notice when a meeting is planned, moved or cancelled."
    )
    notify_reminders: bool = _setting(
        True, "Reminders", "A notice ten minutes and one minute before a meeting."
    )
    notify_waiting: bool = _setting(
        True, "Call window", "A window in the corner when somebody waits for you."
    )
    ring: bool = _setting(True, "Ring", "A sound with the call window.")
    autostart: bool = _setting(
        False, "Start at log-in", "The app starts in the background when the user logs in to the system."
    )
    close_to_tray: bool = _setting(
        True, "Stay in the background", "Closing the window leaves the app running in the tray."
    )
    close_hint_shown: bool = _setting(False, "The user knows where a closed window goes", policy=False)
    proxy_mode: ProxyMode = _setting(
        ProxyMode.SYSTEM, "Proxy", "As the system says, none, or the address below."
    )
    proxy_url: ProxyAddress = _setting(
        "", "Address of the proxy", "Such as http://proxy.example.org:3128, for the mode `manual`."
    )
    relay_only: bool = _setting(
        False,
        "Media through relays alone",
        "Media goes through TURN servers alone, so that the media server sees no address of this network.",
    )
    test_relays: RelayAddresses = _setting(
        (),
        "Relays to test",
        "The TURN servers that the configuration test tries; in meetings the video server names them itself.",
    )
    trusted_certificate: CertificateFile | None = _setting(
        None,
        "Trusted certificate",
        "A PEM file to trust besides the system's authorities, for servers that signed their own.",
    )
    allow_screen_share: bool = _setting(True, "Screen sharing is allowed")
    allow_reports: bool = _setting(True, "Reports may be copied", "Diagnosis and crash reports.")
    log_level: LogLevel = _setting(LogLevel.INFO, "Detail of the logs")
    log_dir: Path | None = _setting(
        None, "Folder of the logs", "Instead of the user's own; it must be writable for every user."
    )
    profile: Path | None = _setting(
        None, "Folder of a throw-away profile", "None for the user's own.", policy=False
    )


def policy_name(key: str) -> str:
    """What IT calls a setting, in the registry and in property lists: `backend_url` is `BackendUrl`."""
    return "".join(part.capitalize() for part in key.split("_"))


def policy_keys() -> tuple[str, ...]:
    """The settings that IT can decide."""
    return tuple(
        key
        for key, field in Settings.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra["policy"]
    )
