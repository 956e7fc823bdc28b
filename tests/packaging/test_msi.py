"""The Windows packages: built by wixl from a stand-in payload, their tables read back."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pip
import pytest

from desktop.system.policy import RECOMMENDED_KEY
from installers import msi, signing, stand_in
from installers.environment import BuildError
from installers.products import COMMON, HUB_INSTALLABLE, PRODUCTS, VISIO_INSTALLABLE, Installable

NEEDED = ("wixl", "msibuild", "msiinfo", "osslsigncode", "openssl")
pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in NEEDED), reason="needs " + ", ".join(NEEDED)
)

WINDOWS_PROGRAM = Path(pip.__file__).parent / "_vendor" / "distlib" / "t64.exe"
"""A real Windows program that every virtual environment holds."""

TABLES = (
    *("Property", "Component", "File", "Registry", "Upgrade", "Shortcut", "CustomAction", "AppSearch"),
    *("RegLocator", "InstallExecuteSequence", "LaunchCondition", "Directory", "FeatureComponents"),
)


@pytest.fixture(scope="module")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in.write_payload(tmp_path_factory.mktemp("payload"), WINDOWS_PROGRAM)


@pytest.fixture(scope="module")
def packages(payload: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("msi")
    return {product.program: msi.build_msi(product, payload, "1.2.3", out) for product in PRODUCTS}


@pytest.fixture(scope="module", params=PRODUCTS, ids=lambda product: product.program)
def product(request: pytest.FixtureRequest) -> Installable:
    chosen: Installable = request.param
    return chosen


@pytest.fixture(scope="module")
def read(packages: dict[str, Path]) -> Callable[[Installable], dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}

    def tables_of(product: Installable) -> dict[str, Any]:
        if product.program not in known:
            known[product.program] = msi.tables(packages[product.program], *TABLES)
        return known[product.program]

    return tables_of


Read = Callable[[Installable], dict[str, Any]]


def properties(found: dict[str, Any]) -> dict[str, str]:
    return {row[0]: row[1] for row in found["Property"]}


def test_it_is_per_machine_and_says_who_it_is(product: Installable, read: Read) -> None:
    found = properties(read(product))
    assert found["ALLUSERS"] == "1"
    assert found["ProductName"] == product.windows_name
    assert found["ProductVersion"] == "1.2.3"
    assert found["UpgradeCode"] == "{" + product.upgrade_code + "}"
    assert found["ProductLanguage"] == msi.FRENCH


def test_every_guid_is_in_capitals_and_its_own(read: Read) -> None:
    """Windows Installer compares them letter by letter; a shared file component would vanish with one app."""
    seen: dict[str, str] = {}
    for product in PRODUCTS:
        for row in read(product)["Component"]:
            assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", row[1])
            assert row[0] == "ProposedAddress" or row[1] not in seen, row
            assert int(row[3]) & 256, "a 64-bit component"
            seen[row[1]] = row[0]


def test_a_new_version_replaces_the_old_and_an_old_one_is_refused(product: Installable, read: Read) -> None:
    rows = {row[6]: row for row in read(product)["Upgrade"]}
    assert rows["WIX_UPGRADE_DETECTED"][2] == "1.2.3"  # up to this version
    assert rows["WIX_DOWNGRADE_DETECTED"][1] == "1.2.3"  # from this version
    assert [row[0] for row in read(product)["LaunchCondition"] if "DOWNGRADE" in row[0]] == [
        "NOT WIX_DOWNGRADE_DETECTED"
    ]
    order = {row[0]: int(row[2]) for row in read(product)["InstallExecuteSequence"]}
    assert order["FindRelatedProducts"] < order["RemoveExistingProducts"] < order["InstallFiles"]


def test_each_version_is_a_product_of_its_own(
    payload: Path, product: Installable, tmp_path: Path, read: Read
) -> None:
    later = msi.tables(msi.build_msi(product, payload, "1.2.4", tmp_path), "Property", "Component")
    now = read(product)
    assert properties(later)["ProductCode"] != properties(now)["ProductCode"]
    assert properties(later)["UpgradeCode"] == properties(now)["UpgradeCode"]
    assert {row[1] for row in later["Component"]} == {row[1] for row in now["Component"]}


def test_properties_reach_the_privileged_part(product: Installable, read: Read) -> None:
    secure = properties(read(product))["SecureCustomProperties"].split(";")
    assert set(msi.PROPERTIES) <= set(secure)


def test_the_address_is_proposed_and_remembered(product: Installable, read: Read) -> None:
    found = read(product)
    (row,) = [row for row in found["Registry"] if row[3] == "BackendUrl"]
    assert row[1] == "2"  # the machine's part of the registry
    assert row[2].rstrip("\\") == RECOMMENDED_KEY
    assert row[4] == "[BACKENDURL]"
    (component,) = [each for each in found["Component"] if each[0] == row[5]]
    assert component[4] == "BACKENDURL"  # without the property nothing is written
    search = dict(found["AppSearch"])
    (locator,) = [each for each in found["RegLocator"] if each[0] == search["REMEMBEREDURL"]]
    assert locator[1:4] == ["2", RECOMMENDED_KEY, "BackendUrl"]
    order = {each[0]: (each[1], int(each[2])) for each in found["InstallExecuteSequence"]}
    condition, place = order["RememberBACKENDURL"]
    assert condition == "NOT BACKENDURL AND REMEMBEREDURL"  # the command line counts more
    assert order["AppSearch"][1] < place < order["CostInitialize"][1]


def test_start_at_log_in_is_asked_for_by_a_property(product: Installable, read: Read) -> None:
    found = read(product)
    (row,) = [row for row in found["Registry"] if row[2].rstrip("\\").endswith("CurrentVersion\\Run")]
    assert row[4] == '"[#Program]" --background'
    (component,) = [each for each in found["Component"] if each[0] == row[5]]
    assert component[4] == 'AUTOSTART AND AUTOSTART <> "0"'


def test_links_open_the_client_s_app_with_one_argument(read: Read) -> None:
    hub, visio = (
        [row for row in read(product)["Registry"] if rf"Software\Classes\{COMMON.scheme}" in row[2]]
        for product in (HUB_INSTALLABLE, VISIO_INSTALLABLE)
    )
    assert hub == []
    values = {(row[2].rstrip("\\").rpartition("Classes\\")[2], row[3]): row[4] for row in visio}
    assert values[COMMON.scheme, "URL Protocol"] == ""
    assert values[rf"{COMMON.scheme}\shell\open\command", ""] == '"[#Program]" "%1"'


def test_firewall_rule_is_made_as_the_system_and_removed(product: Installable, read: Read) -> None:
    found = read(product)
    rows = {row[0]: row for row in found["CustomAction"]}
    order = {each[0]: (each[1], int(each[2])) for each in found["InstallExecuteSequence"]}
    for name in ("FirewallAdd", "FirewallRemove"):
        assert int(rows[name][1]) == 34 + 64 + 1024 + 2048
        assert rows[name][3].startswith('"[System64Folder]netsh.exe" advfirewall firewall ')
        assert len(rows[name][3]) <= 255, "longer ones are cut"
    assert f'program="[INSTALLFOLDER]{product.program}.exe"' in rows["FirewallAdd"][3]
    assert order["InstallFiles"][1] < order["FirewallAdd"][1] < order["InstallFinalize"][1]
    assert order["FirewallAdd"][0] == 'NOT REMOVE AND FIREWALL <> "0"'
    assert order["FirewallRemove"][0] == 'REMOVE="ALL"'


def test_every_file_of_the_payload_but_the_other_program_is_inside(
    product: Installable, payload: Path, read: Read
) -> None:
    found = read(product)
    names = sorted(row[2].rpartition("|")[2] for row in found["File"])
    (other,) = [each.program for each in PRODUCTS if each is not product]
    assert names == sorted(each.name for each in payload.rglob("*") if each.is_file() and each.stem != other)
    assert {row[1] for row in found["FeatureComponents"]} == {row[0] for row in found["Component"]}


def test_start_menu_entry(product: Installable, read: Read) -> None:
    (row,) = read(product)["Shortcut"]
    assert row[1:3] == ["ProgramMenuFolder", product.name]
    assert row[6] == product.summary["fr"]


def test_a_linux_payload_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mikl-hub").write_bytes(b"\x7fELF")
    with pytest.raises(BuildError, match=r"no mikl-hub\.exe"):
        msi.build_msi(HUB_INSTALLABLE, tmp_path, "1.2.3", tmp_path)


# ---------------------------------------------------------------------- signatures


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> signing.ThrowAwayAuthority:
    return signing.ThrowAwayAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signer(authority: signing.ThrowAwayAuthority) -> Iterator[signing.Signer]:
    with signing.TimeStampServer(authority) as url:
        yield signing.Signer(
            chain=authority.chain,
            key=authority.folder / "signer.key",
            time_stamp_url=url,
            throw_away=True,
        )


def test_payload_is_signed_once(
    payload: Path, signer: signing.Signer, authority: signing.ThrowAwayAuthority, tmp_path: Path
) -> None:
    folder = shutil.copytree(payload, tmp_path / "payload")
    first = signing.sign_payload(folder, signer, "MiKL")
    assert {f"{product.program}.exe" for product in PRODUCTS} < set(first)
    assert signing.sign_payload(folder, signer, "MiKL") == []  # what is signed stays as it is
    for name in first:
        signing.verify(folder / name, authority.root, authority.root)


def test_a_package_is_signed_and_time_stamped_and_a_changed_one_refused(
    packages: dict[str, Path], signer: signing.Signer, authority: signing.ThrowAwayAuthority, tmp_path: Path
) -> None:
    package = Path(shutil.copy(packages["mikl-visio"], tmp_path))
    with pytest.raises(BuildError):
        signing.verify(package, authority.root)  # unsigned
    signer.sign(package, "MiKL Visio")
    signing.verify(package, authority.root, authority.root)
    said = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", authority.root, "-TSA-CAfile", authority.root, "-in", package],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Timestamp Server Signature verification: ok" in said.stdout
    content = bytearray(package.read_bytes())
    place = content.index(b"Software\\MiKL")
    content[place] ^= 1
    package.write_bytes(content)
    with pytest.raises(BuildError):
        signing.verify(package, authority.root, authority.root)


def test_somebody_else_s_signature_is_refused(
    packages: dict[str, Path], signer: signing.Signer, tmp_path: Path
) -> None:
    package = Path(shutil.copy(packages["mikl-hub"], tmp_path))
    signer.sign(package, "MiKL Hub")
    stranger = signing.ThrowAwayAuthority(tmp_path / "stranger")
    with pytest.raises(BuildError):
        signing.verify(package, stranger.root)


def test_a_command_of_one_s_own_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cloud signer is a program that changes the file it is given."""
    monkeypatch.setenv(signing.SIGN_COMMAND_VARIABLE, "cp {file} {file}.seen")
    chosen = signing.signer_from_environment(None, "")
    assert chosen is not None
    (tmp_path / "a.exe").write_bytes(b"MZ")
    chosen.sign(tmp_path / "a.exe", "")
    assert (tmp_path / "a.exe.seen").exists()
    monkeypatch.delenv(signing.SIGN_COMMAND_VARIABLE)
    assert signing.signer_from_environment(None, "") is None
