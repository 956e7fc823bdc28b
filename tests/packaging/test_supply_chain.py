"""What is said of everything that is shipped: licence texts, list of parts, secrets."""

from __future__ import annotations

import re
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from installers import notices, repeat, sbom, secret_scan
from installers.environment import BuildError
from installers.locks import pins, runtime_lock
from installers.products import COMMON


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("licences")
    notices.write_notices(folder, "1.2.3")
    return folder


def test_every_package_has_a_licence_and_a_text(written: Path) -> None:
    listed = (written / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for name, version in pins(runtime_lock()).items():
        assert re.search(rf"^{re.escape(name)} {re.escape(version)}: \S+", listed, re.M), name
        texts = [each for each in (written / "python" / name).iterdir() if each.stat().st_size > 200]
        assert texts, name
    assert "UNKNOWN" not in listed


def test_qt_comes_with_the_texts_that_its_wheels_lack(written: Path) -> None:
    for name in ("pyside6-essentials", "pyside6-addons", "shiboken6"):
        assert {"LGPL-3.txt", "GPL-3.txt"} <= {each.name for each in (written / "python" / name).iterdir()}


def test_the_gpl_parts_are_named_and_their_source_offered(written: Path) -> None:
    listed = (written / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    assert re.search(r"^x264 \S+: GPL-2\.0-or-later; source: https://", listed, re.M)
    assert re.search(r"^x265 \S+: GPL-2\.0-or-later; source: https://", listed, re.M)
    offer = (written / "SOURCE-OFFER.txt").read_text(encoding="utf-8")
    assert "three years" in offer
    assert "trois ans" in offer
    assert COMMON.maintainer in offer
    assert "$" not in offer
    assert (written / "GPL-3.txt").read_text().lstrip().startswith("GNU GENERAL PUBLIC LICENSE")


def test_each_bundled_library_is_described(written: Path) -> None:
    for native in notices.native_components():
        assert native.source.startswith("https://"), native.name
        assert native.files, native.name
        for text in native.texts:
            assert (written / f"{text}.txt").is_file()
        if native.inside:
            for package in native.inside.split(", "):
                assert package in pins(runtime_lock()), f"{native.name}: {package} is not shipped"


def bundled(native: notices.Native) -> list[Path]:
    """A component's files as the installed wheels have them."""
    package = distribution(native.inside.split(", ")[0])
    site = Path(str(package.locate_file("")))
    return [path for pattern in native.files for path in sorted(site.glob(pattern)) if path.is_file()]


@pytest.mark.skipif(sys.platform != "linux", reason="the names are those of the Linux wheels")
@pytest.mark.parametrize(
    "native", [each for each in notices.native_components() if each.inside], ids=lambda each: each.name
)
def test_the_version_of_a_bundled_library_is_that_of_the_wheel(native: notices.Native) -> None:
    """Said by the library itself, by its file's name, or by the version of the package it is the heart of."""
    files = bundled(native)
    assert files, "none of its files is there"
    packages = {pins(runtime_lock())[name] for name in native.inside.split(", ")}
    for word in native.evidence:
        assert word in packages or any(
            word in path.name or word.encode() in path.read_bytes() for path in files
        ), f"{word} stands in none of {[path.name for path in files]}"


def environment_document() -> sbom.Document:
    """What a reader of environments finds, from the metadata of this one."""
    components = [
        {"type": "library", "bom-ref": name, "name": distribution(name).metadata["Name"], "version": version}
        for name, version in pins(runtime_lock()).items()
    ]
    stranger = {"type": "library", "bom-ref": "pytest", "name": "pytest", "version": "1"}
    dependencies = [{"ref": "aiortc", "dependsOn": ["av", "pytest"]}, {"ref": "pytest", "dependsOn": []}]
    return {"components": [*components, stranger], "dependencies": dependencies}


def test_the_list_of_parts_holds_what_is_shipped_and_nothing_else() -> None:
    found = sbom.merged(environment_document(), "1.2.3", pins(runtime_lock()))
    names = {sbom.canonical(each["name"]) for each in found["components"]}
    assert set(pins(runtime_lock())) <= names
    assert {native.name for native in notices.native_components()} <= {
        each["name"] for each in found["components"]
    }
    assert "pytest" not in names
    assert all(each["licenses"] for each in found["components"])
    assert found["metadata"]["component"]["version"] == "1.2.3"
    assert {"ref": "aiortc", "dependsOn": ["av"]} in found["dependencies"]


def test_a_part_of_another_version_is_noticed() -> None:
    document = environment_document()
    document["components"][0]["version"] = "0"
    with pytest.raises(BuildError, match="is not what the environment holds"):
        sbom.merged(document, "1.2.3", pins(runtime_lock()))


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"Authorization: Basic T1BFTlZJRFVBUFA6TVlfU0VDUkVU", "basic authorization"),
        (b"alice@demo.visio", "demo account"),
        (
            b"eyJhbGciOiJFUzI1NiJ9xx.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "signed token",
        ),
        (b"AKIAIOSFODNN7EXAMPLE", "cloud key"),
    ],
    ids=["basic", "account", "token", "cloud"],
)
def test_secrets_are_seen(content: bytes, rule: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x00binary " + content + b" \x00")
    assert secret_scan.findings(tmp_path) == [f"{rule}: x"]


def test_words_about_secrets_are_none(tmp_path: Path) -> None:
    text = b"VISIO_OPENVIDU_SECRET=$SECRET, https://user:password@host, -----BEGIN PRIVATE KEY-----"
    (tmp_path / "x").write_bytes(text)
    assert secret_scan.findings(tmp_path) == []


def test_two_builds_are_compared_file_by_file(tmp_path: Path) -> None:
    for name, content in (("a", "same"), ("b", "same")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(content)
        (tmp_path / name / "link").symlink_to("file")
    first, second = repeat.digests(tmp_path / "a"), repeat.digests(tmp_path / "b")
    assert repeat.differences(first, second) == []
    (tmp_path / "b" / "file").write_text("other")
    (tmp_path / "b" / "extra").write_text("")
    assert repeat.differences(first, repeat.digests(tmp_path / "b")) == ["extra", "file"]
