"""Settings from files: one TOML file for all, and files of their own for secrets.

    VISIO_CONFIG=/etc/visio/service.toml     members as in `backend.config`, without prefix, lower case
    VISIO_REFRESH_KEY_FILE=/run/secrets/…    instead of VISIO_REFRESH_KEY, for every secret
    refresh_key_file = "/run/secrets/…"      the same in the TOML file

What stands in the environment wins over the file. A name that nobody knows is refused: a typing
error must not silently leave a default in force.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from resources.brand import ENVIRONMENT_PREFIX

CONFIG_VARIABLE = f"{ENVIRONMENT_PREFIX}CONFIG"
FILE_SUFFIX = "_file"
_SECRET_LIMIT = 64 * 1024


class SettingsFileError(ValueError):
    """A settings file cannot be used; the message names it and says what to change."""


class FromFiles(BaseSettings):
    """Base of settings that also come from files: first the arguments, then the environment, then files."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, the first that has one wins (called by pydantic-settings)."""
        return init_settings, env_settings, _SecretFiles(settings_cls), _TomlFile(settings_cls)


class _Source(PydanticBaseSettingsSource):
    """A source that reads all its members at once."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the members are read at once."""
        raise NotImplementedError


class _SecretFiles(_Source):
    """`VISIO_…_FILE` in the environment."""

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            if not is_secret(field):
                continue
            variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
            path = os.environ.get(variable + FILE_SUFFIX.upper())
            if path is None:
                continue
            if variable in os.environ:
                raise SettingsFileError(
                    f"{variable} and {variable}{FILE_SUFFIX.upper()} are both set: keep one"
                )
            found[name] = _read_secret(Path(path), variable + FILE_SUFFIX.upper())
        return found


class _TomlFile(_Source):
    """The file that VISIO_CONFIG names."""

    def __call__(self) -> dict[str, Any]:
        chosen = os.environ.get(CONFIG_VARIABLE)
        if not chosen:
            return {}
        path = Path(chosen)
        content = _read_toml(path)
        _refuse_unknown(path, content)
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            from_file = name + FILE_SUFFIX
            if name in content:
                if from_file in content:
                    raise SettingsFileError(f"{path}: {name} and {from_file} are both set: keep one")
                found[name] = content[name]
            elif is_secret(field) and from_file in content:
                # Relative to the file that says so, wherever the service is started.
                found[name] = _read_secret(path.parent / str(content[from_file]), f"{path}: {from_file}")
        return found


def is_secret(field: FieldInfo) -> bool:
    """Whether a member is a password or key, which may come from a file of its own."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def _refuse_unknown(path: Path, content: Mapping[str, Any]) -> None:
    fields = {name: field for cls in FromFiles.__subclasses__() for name, field in cls.model_fields.items()}
    known = fields.keys() | {name + FILE_SUFFIX for name, field in fields.items() if is_secret(field)}
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ": see the table in docs/service.md"
            raise SettingsFileError(f"{path}: there is no setting {name!r}{meant}")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFileError(f"{CONFIG_VARIABLE}: {path} cannot be read ({_reason(error)})") from error
    except tomllib.TOMLDecodeError as error:
        # The message quotes no values, only the place.
        raise SettingsFileError(f"{path} is no TOML: {error}") from error


def _read_secret(path: Path, said_by: str) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_SECRET_LIMIT)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFileError(f"{said_by}: {path} cannot be read ({_reason(error)})") from error
    secret = text.rstrip("\r\n")
    if not secret:
        raise SettingsFileError(f"{said_by}: {path} is empty")
    return secret


def _reason(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "not UTF-8"
