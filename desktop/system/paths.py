"""Where an app keeps its files on this system."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

from resources.brand import DISTRIBUTION, ORGANISATION, Product


@dataclass(frozen=True, slots=True)
class Paths:
    """One app's places. None of them needs to exist.

    Attributes:
        settings_file: the user's choices.
        data_dir: what must survive.
        cache_dir: what may be deleted at any time.
        log_dir: log files.
        policy_file: what the organisation's IT decides; the same for both apps.
        profile: tells one throw-away profile's secrets from another's and from the user's own.
    """

    settings_file: Path
    data_dir: Path
    cache_dir: Path
    log_dir: Path
    policy_file: Path
    profile: str


def paths_for(product: Product, profile_dir: Path | None = None) -> Paths:
    """The places of an app.

    Args:
        product: which app.
        profile_dir: puts everything into this directory instead of the user's own places.
    """
    if profile_dir is not None:
        root = profile_dir.expanduser().resolve()
        return Paths(
            settings_file=root / "settings.json",
            data_dir=root / "data",
            cache_dir=root / "cache",
            log_dir=root / "logs",
            policy_file=policy_file(),
            profile=f"{product.program} {root}",
        )
    places = PlatformDirs(appname=product.program, appauthor=ORGANISATION)
    return Paths(
        settings_file=places.user_config_path / "settings.json",
        data_dir=places.user_data_path,
        cache_dir=places.user_cache_path,
        log_dir=places.user_log_path,
        policy_file=policy_file(),
        profile=product.program,
    )


def policy_file() -> Path:
    """Where IT puts its policy: a place that ordinary users cannot write to.

    Not `platformdirs` on Linux: there the user's environment (`XDG_CONFIG_DIRS`) would decide. On
    Windows everybody may make files in the folder for all users: there the registry is the place, and
    this file is never read.
    """
    if sys.platform in {"win32", "darwin"}:
        places = PlatformDirs(appname=DISTRIBUTION, appauthor=ORGANISATION)
        return places.site_data_path / "policy.json"
    return Path("/etc") / DISTRIBUTION / "policy.json"
