"""Who decides a setting, and who wins. What can be set is in `setting_model.py`.

    policy (IT) ──► arguments ──► environment ──► user file (the app's own) ──► recommended (IT) ──► default

Where IT puts its policy and its recommendations on each system: `policy.py`.

The first that has a valid value wins. What somebody typed for this start (argument, environment)
and cannot be understood stops the start with a sentence that names key, value and remedy. A bad
value in a file does not: it is skipped and reported, so that no file keeps an app from starting.
"""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from desktop.system.paths import Paths, paths_for
from desktop.system.policy import mandatory_values, recommended_file, recommended_values
from desktop.system.setting_model import (
    CameraChoice,
    LanguageChoice,
    LogLevel,
    ProxyMode,
    Settings,
    SettingSource,
    ThemeChoice,
    policy_keys,
    policy_name,
)
from resources.brand import ENVIRONMENT_PREFIX, Product

__all__ = [
    "CameraChoice",
    "LanguageChoice",
    "LoadedSettings",
    "LogLevel",
    "ProxyMode",
    "SettingProblem",
    "SettingSource",
    "Settings",
    "SettingsError",
    "ThemeChoice",
    "add_arguments",
    "checked_changes",
    "load_settings",
    "policy_keys",
    "policy_name",
    "save_user_settings",
]

log = logging.getLogger(__name__)

# Several parts of an app keep their choices; each reads, changes and writes the whole file.
_WRITING = threading.Lock()
_ADMINISTRATOR = frozenset({0})

ARGUMENTS = {
    "backend_url": "--backend",
    "language": "--language",
    "theme": "--theme",
    "camera": "--camera",
    "relay_only": "--relay-only",
    "trusted_certificate": "--trusted-certificate",
    "profile": "--profile",
}
"""Setting → its option on the command line."""

# Where the user file lies depends on the profile, so no file can choose it.
_NOT_IN_FILES = frozenset({"profile"})


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A value that cannot be used.

    Attributes:
        source: where it stands.
        place: the option, variable or file, as the user knows it.
        key: the setting; "" when the whole file cannot be used.
        value: what stands there, shortened.
        remedy: what to do.
    """

    source: SettingSource
    place: str
    key: str
    value: str
    remedy: str

    def __str__(self) -> str:
        in_file = self.source not in {SettingSource.ARGUMENT, SettingSource.ENVIRONMENT}
        where = f"{self.place}, {self.key}" if in_file and self.key else self.place
        return f"{where} = {self.value}: {self.remedy}" if self.value else f"{where}: {self.remedy}"


class SettingsError(Exception):
    """The app cannot start with what it was told; the text says what to change.

    Attributes:
        problem: the first bad value.
    """

    def __init__(self, problem: SettingProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings of one start.

    Attributes:
        settings: the values.
        paths: where the app keeps its files, the profile taken into account.
        sources: setting → who decided it.
        problems: values in files that were skipped.
    """

    settings: Settings
    paths: Paths
    sources: Mapping[str, SettingSource]
    problems: tuple[SettingProblem, ...]

    @property
    def log_dir(self) -> Path:
        """Where this user's log files go."""
        chosen = self.settings.log_dir
        return self.paths.log_dir if chosen is None else chosen / getpass.getuser()

    def is_locked(self, key: str) -> bool:
        """True when IT has decided it: the app shows it and does not offer to change it."""
        return self.sources.get(key) is SettingSource.POLICY


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a command line the options of `ARGUMENTS`."""
    parser.add_argument("--backend", dest="backend_url", metavar="URL", help="address of the service")
    parser.add_argument("--profile", metavar="DIR", help="keep all data in a throw-away directory")
    parser.add_argument("--camera", metavar="auto|test", help="`test` forces the generated picture")
    parser.add_argument(
        "--relay-only", metavar="yes|no", help="`yes` sends and receives media through TURN servers alone"
    )
    parser.add_argument(
        "--trusted-certificate", metavar="FILE", help="trust this certificate (PEM) besides the system's"
    )
    parser.add_argument("--language", metavar="system|fr|en", help="language of the app")
    parser.add_argument("--theme", metavar="system|light|dark", help="colours of the app")


def load_settings(
    product: Product,
    arguments: argparse.Namespace | Mapping[str, Any] | None = None,
    *,
    policy_file: Path | None = None,
    policy_owners: frozenset[int] = _ADMINISTRATOR,
    recommended: Path | None = None,
) -> LoadedSettings:
    """Read every source and decide.

    Args:
        product: which app starts.
        arguments: what was parsed with `add_arguments`; other members, and those that are None,
            are ignored.
        policy_file: instead of the system's.
        policy_owners: user ids whose policy file and recommendations count (POSIX).
        recommended: file of IT's recommendations instead of the system's.

    Raises:
        SettingsError: a bad argument or variable, no address of the service at all, or one that the
            organisation does not allow.
    """
    given = vars(arguments) if isinstance(arguments, argparse.Namespace) else dict(arguments or {})
    typed = _Layer(SettingSource.ARGUMENT, "", {k: v for k, v in given.items() if v is not None})
    environment = _Layer(SettingSource.ENVIRONMENT, "", _variables())
    chosen_by_user = {**_valid(environment, []), **_valid(typed, [])}
    paths = paths_for(product, chosen_by_user.get("profile"))

    problems: list[SettingProblem] = []
    policy_file = policy_file or paths.policy_file
    layers = (
        _it_layer(SettingSource.POLICY, policy_file, policy_owners, problems),
        *(_Layer(SettingSource.POLICY, place, given) for place, given in mandatory_values(product)),
        typed,
        environment,
        _file_layer(SettingSource.USER, paths.settings_file, problems),
        _it_layer(SettingSource.RECOMMENDED, recommended or recommended_file(), policy_owners, problems),
        *(_Layer(SettingSource.RECOMMENDED, place, given) for place, given in recommended_values(product)),
    )
    values: dict[str, Any] = {}
    sources = dict.fromkeys(Settings.model_fields, SettingSource.DEFAULT)
    for layer in layers:
        for key, value in _valid(layer, problems).items():
            if key not in values:
                values[key] = value
                sources[key] = layer.source
    for problem in problems:
        log.warning("setting skipped: %s", problem)
    if "backend_url" not in values:
        raise SettingsError(
            SettingProblem(
                source=SettingSource.DEFAULT,
                place="the address of the service is not set",
                key="backend_url",
                value="",
                remedy=f"start with {ARGUMENTS['backend_url']} URL, or set {_variable('backend_url')}",
            )
        )
    _check_backend(values, sources)
    return LoadedSettings(Settings(**values), paths, MappingProxyType(sources), tuple(problems))


def _check_backend(values: Mapping[str, Any], sources: Mapping[str, SettingSource]) -> None:
    """Refuse a service that IT's list of allowed ones does not hold.

    Raises:
        SettingsError: it is not on the list.
    """
    allowed = values.get("allowed_backends", ())
    chosen_by_it = sources["backend_url"] is SettingSource.POLICY
    if allowed and not chosen_by_it and values["backend_url"] not in allowed:
        raise SettingsError(
            SettingProblem(
                source=sources["backend_url"],
                place="the address of the service",
                key="backend_url",
                value=values["backend_url"],
                remedy=f"the organisation allows {', '.join(allowed)} only",
            )
        )


def checked_changes(changes: Mapping[str, Any], *, place: str = "") -> dict[str, Any]:
    """The user's choices as typed values; those that are None are left out.

    Raises:
        SettingsError: a value that is not allowed, or no such setting.
    """
    new = {key: value for key, value in changes.items() if value is not None}
    problems: list[SettingProblem] = []
    valid = _valid(_Layer(SettingSource.USER, place, new), problems)
    if problems:
        raise SettingsError(problems[0])
    return valid


def save_user_settings(user_file: Path, changes: Mapping[str, Any]) -> None:
    """Write the user's choices; a reader sees the old file or the new one, never half of one.

    Args:
        user_file: `Paths.settings_file`.
        changes: setting → new value; None goes back to the default. Members of the file that this
            version does not know are kept for the version that does.

    Raises:
        SettingsError: a value that is not allowed.
        OSError: the file cannot be written.
    """
    valid = checked_changes(changes, place=str(user_file))
    with _WRITING:
        _write(user_file, changes, valid)


def _write(user_file: Path, changes: Mapping[str, Any], valid: Mapping[str, Any]) -> None:
    kept = _file_layer(SettingSource.USER, user_file, []).values
    merged = {key: value for key, value in kept.items() if key not in changes} | dict(valid)
    user_file.parent.mkdir(parents=True, exist_ok=True)
    # Made beside the old one: replacing is atomic only within one file system. mkstemp: 0600.
    descriptor, name = tempfile.mkstemp(dir=user_file.parent, prefix=user_file.name, suffix=".new")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(merged, file, indent=2, sort_keys=True, ensure_ascii=False, default=str)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(user_file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class _Layer:
    """The raw values of one source."""

    source: SettingSource
    place: str
    values: Mapping[str, Any]

    def where(self, key: str) -> str:
        if self.source is SettingSource.ARGUMENT:
            return ARGUMENTS[key]
        if self.source is SettingSource.ENVIRONMENT:
            return _variable(key)
        return self.place


def _valid(layer: _Layer, problems: list[SettingProblem]) -> dict[str, Any]:
    """The layer's usable values, typed.

    Raises:
        SettingsError: a bad one that somebody typed for this start.
    """
    typed = layer.source in {SettingSource.ARGUMENT, SettingSource.ENVIRONMENT}
    valid: dict[str, Any] = {}
    for key, value in layer.values.items():
        field = Settings.model_fields.get(key)
        if field is None or (not typed and key in _NOT_IN_FILES):
            if not typed:
                problems.append(_problem(layer, key, value, "this key does not exist here: remove it"))
            continue
        try:
            valid[key] = TypeAdapter(field.rebuild_annotation()).validate_python(value)
        except ValidationError as error:
            problem = _problem(layer, key, value, _remedy(error))
            if typed:
                raise SettingsError(problem) from error
            problems.append(problem)
    return valid


def _problem(layer: _Layer, key: str, value: Any, remedy: str) -> SettingProblem:
    return SettingProblem(layer.source, layer.where(key), key, f"{value!r:.100}", remedy)


def _remedy(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "enum":
        return f"use one of {first['ctx']['expected']}"
    return first["msg"].removeprefix("Value error, ")


def _variables() -> dict[str, str]:
    """What the environment sets; an empty variable says nothing. Windows knows no small letters in names."""
    given = {name.upper(): value for name, value in os.environ.items() if value}
    return {key: given[_variable(key)] for key in Settings.model_fields if _variable(key) in given}


def _variable(key: str) -> str:
    return f"{ENVIRONMENT_PREFIX}{key.upper()}"


def _it_layer(
    source: SettingSource, path: Path, owners: frozenset[int], problems: list[SettingProblem]
) -> _Layer:
    """A file of IT's, unless somebody who is not IT could have written it."""
    if sys.platform == "win32" and owners == _ADMINISTRATOR:
        return _Layer(source, str(path), {})  # no owner to check by number: the registry is the place
    try:
        status = path.stat()
    except FileNotFoundError:
        return _Layer(source, str(path), {})
    except OSError:
        return _file_layer(source, path, problems)  # reports it
    if os.name == "posix" and (status.st_uid not in owners or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        remedy = "ignored, because others than the administrator can write it: chown root, chmod 644"
        problems.append(SettingProblem(source, str(path), "", "", remedy))
        return _Layer(source, str(path), {})
    return _file_layer(source, path, problems)


def _file_layer(source: SettingSource, path: Path, problems: list[SettingProblem]) -> _Layer:
    """A JSON object from a file; empty when there is none or it cannot be used."""
    values: Any = {}
    remedy = ""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass  # nobody has set anything yet
    except OSError as error:
        remedy = f"cannot be read ({error.strerror}): check its permissions"
    except ValueError:
        remedy = "is no JSON: correct it or delete it"
    if not isinstance(values, dict):
        remedy = "must hold one JSON object: correct it or delete it"
        values = {}
    if remedy:
        problems.append(SettingProblem(source, str(path), "", "", remedy))
    return _Layer(source, str(path), values)
