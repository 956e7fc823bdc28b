"""`--forget-me`: everything that an app has kept for this user goes; what IT has set stays.

An installer runs as the system and sees no user's files and no user's secret store, so removing a
program leaves them. IT lets this run as the user, at log-in for instance, before the program goes.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from backend_client.sign_in import TokenStoreError
from desktop.app.wiring import AppKind
from desktop.system.autostart import Autostart
from desktop.system.paths import paths_for
from desktop.system.settings import SettingsError, load_settings
from desktop.system.token_store import open_token_store


def main(kind: AppKind, options: argparse.Namespace) -> int:
    """Delete, print what was deleted as JSON; the exit code says whether all of it is gone."""
    gone: list[str] = []
    left: list[str] = []
    paths = paths_for(kind.product, Path(options.profile) if options.profile else None)
    places = [paths.settings_file, paths.data_dir, paths.cache_dir, paths.log_dir]
    try:
        loaded = load_settings(kind.product, options)
    except SettingsError as error:
        # Without the service's address there is no name to look for in the secret store.
        left.append(f"secret store: {error}")
    else:
        # Where IT put the logs, only ours: the folder may hold anything else.
        places += sorted(loaded.log_dir.glob(f"{kind.product.program}.log*"))
        for address in {loaded.settings.backend_url, *loaded.settings.allowed_backends}:
            opened = open_token_store(address, loaded.paths.profile)
            try:
                opened.store.clear()
                gone.append(
                    f"session at {address}" if opened.store.persistent else f"no session at {address}"
                )
            except TokenStoreError as error:
                left.append(f"session at {address}: {error}")
    for place in dict.fromkeys(places):
        if place.exists():
            try:
                shutil.rmtree(place) if place.is_dir() else place.unlink()
                gone.append(str(place))
            except OSError as error:
                left.append(f"{place}: {error.strerror}")
    home = paths.settings_file.parent
    if home.is_dir() and not any(home.iterdir()):
        home.rmdir()
    if not options.profile:  # a throw-away profile never starts by itself
        try:
            Autostart(kind.product, [kind.product.program]).set(False)
        except OSError as error:
            left.append(f"start at log-in: {error.strerror}")
    print(json.dumps({"ok": not left, "gone": gone, "left": left}))  # noqa: T201  (the result)
    return 1 if left else 0
