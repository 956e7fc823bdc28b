r"""Where the organisation's IT says how the apps behave, besides the policy file of `paths.policy_file`.

             decided by IT                                          proposed by IT
    Windows  HKLM, then HKCU  Software\Policies\MiKL\Visio         HKLM  Software\MiKL\Visio
    macOS    /Library/Managed Preferences/<user>/<id>.plist,        /Library/Preferences/<id>.plist
             then the same without <user>
    Linux    (the policy file, /etc/mikl-visio/policy.json)         /etc/xdg/mikl-visio/settings.json

In the registry and in property lists a setting has the name that `policy_name` gives it. On Windows
the policy keys can be written by administrators alone, the user's own included.
"""

from __future__ import annotations

import getpass
import logging
import plistlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop.system.setting_model import policy_keys, policy_name
from resources.brand import DISTRIBUTION, ORGANISATION, POLICY_NAME, Product

log = logging.getLogger(__name__)

Values = tuple[str, Mapping[str, Any]]
"""Where something stands, in words, and the settings that stand there."""

POLICY_KEY = rf"Software\Policies\{ORGANISATION}\{POLICY_NAME}"
RECOMMENDED_KEY = rf"Software\{ORGANISATION}\{POLICY_NAME}"
LIBRARY = Path("/Library")


def recommended_file() -> Path:
    """Where IT proposes values on Linux; a place that ordinary users cannot write to."""
    return Path("/etc/xdg") / DISTRIBUTION / "settings.json"


def mandatory_values(product: Product) -> list[Values]:
    """What IT has decided in the registry or in managed preferences, strongest first."""
    if sys.platform == "win32":
        return [*_registry("HKEY_LOCAL_MACHINE", POLICY_KEY), *_registry("HKEY_CURRENT_USER", POLICY_KEY)]
    if sys.platform == "darwin":
        managed = LIBRARY / "Managed Preferences"
        name = f"{product.application_id}.plist"
        return [*property_list(managed / getpass.getuser() / name), *property_list(managed / name)]
    return []


def recommended_values(product: Product) -> list[Values]:
    """What IT proposes in the registry or in preferences."""
    if sys.platform == "win32":
        return _registry("HKEY_LOCAL_MACHINE", RECOMMENDED_KEY)
    if sys.platform == "darwin":
        return property_list(LIBRARY / "Preferences" / f"{product.application_id}.plist")
    return []


def _ours(found: Mapping[str, Any]) -> dict[str, Any]:
    """Settings under our own names; what we do not know keeps its name and is reported as unknown."""
    names = {policy_name(key): key for key in policy_keys()}
    return {names.get(name, name): value for name, value in found.items()}


def property_list(path: Path) -> list[Values]:
    """The settings of one property list; none where it does not exist or cannot be read."""
    try:
        with path.open("rb") as file:
            found = plistlib.load(file)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, plistlib.InvalidFileException) as error:
        log.warning("%s cannot be read: %s", path, type(error).__name__)
        return []
    return [(str(path), _ours(found))] if isinstance(found, dict) else []


def _registry(root: str, key: str) -> list[Values]:
    """The values of one key; numbers stand for yes and no, as policy templates write them."""
    import winreg  # noqa: PLC0415  (Windows alone)

    found: dict[str, Any] = {}
    try:
        # The 64-bit view: where administrators write, whatever this process is.
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY  # type: ignore[attr-defined, unused-ignore]
        opened = winreg.OpenKey(getattr(winreg, root), key, 0, access)  # type: ignore[attr-defined, unused-ignore]
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("%s\\%s cannot be read: %s", root, key, type(error).__name__)
        return []
    with opened:
        for index in range(winreg.QueryInfoKey(opened)[1]):  # type: ignore[attr-defined, unused-ignore]
            name, value, _ = winreg.EnumValue(opened, index)  # type: ignore[attr-defined, unused-ignore]
            found[name] = value
    return [(f"{root}\\{key}", _ours(found))]
