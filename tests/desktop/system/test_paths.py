"""Where an app keeps its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.system.paths import paths_for, policy_file
from resources.brand import HUB, PARTICIPANT


def test_the_two_apps_share_nothing_but_the_policy() -> None:
    hub, participant = paths_for(HUB), paths_for(PARTICIPANT)
    for name in ("settings_file", "data_dir", "cache_dir", "log_dir", "profile"):
        assert getattr(hub, name) != getattr(participant, name)
    assert hub.policy_file == participant.policy_file


def test_a_profile_keeps_everything_in_its_directory(tmp_path: Path) -> None:
    paths = paths_for(HUB, tmp_path)
    for place in (paths.settings_file, paths.data_dir, paths.cache_dir, paths.log_dir):
        assert place.is_relative_to(tmp_path)
    assert not list(tmp_path.iterdir())


def test_profiles_are_told_apart_however_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths_for(HUB, Path("a")).profile == paths_for(HUB, tmp_path / "a").profile
    assert (
        len({paths_for(app, place).profile for app in (HUB, PARTICIPANT) for place in (None, tmp_path)}) == 4
    )


def test_the_environment_does_not_move_the_policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = policy_file()
    for name in ("XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_DIRS", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert policy_file() == before
