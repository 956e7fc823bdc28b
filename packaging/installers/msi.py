r"""Windows packages: one MSI a program, per machine, made on Linux by wixl from a payload folder.

What wixl's small part of WiX does not know is written into the MSI's tables afterwards (`msibuild`):
properties that a limited user may pass on, values that an upgrade remembers, the firewall rule.

    msiexec /i mikl-visio-1.2.3.msi /qn BACKENDURL=https://visio.example.org AUTOSTART=1 FIREWALL=1
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from desktop.system.policy import RECOMMENDED_KEY
from installers.environment import WORK, BuildError, fresh, run, source_date_epoch
from installers.icons import make_icons
from installers.payload_rules import entries
from installers.products import COMMON, PRODUCTS, Installable

NAMESPACE = "http://schemas.microsoft.com/wix/2006/wi"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_IDENTITY = uuid.UUID("0f6a3f5b-6df0-4c25-8f6a-3f7f7e0f5b10")
FRENCH = "1036"

PROPERTIES = {
    "BACKENDURL": "address of the service, proposed to every user of the machine",
    "AUTOSTART": "1: the program starts in the background when anybody logs in",
    "FIREWALL": "0: no rule for incoming UDP is made",
}
"""What `msiexec` may be given, and what it means."""


def guid(*parts: str) -> str:
    """A GUID that depends on its parts alone: the same file of the same program has the same one for ever."""
    return str(uuid.uuid5(_IDENTITY, "\n".join(parts))).upper()


def identifier(kind: str, *parts: str) -> str:
    """A key for an MSI table: letters and digits, at most 72."""
    return f"{kind}_{uuid.uuid5(_IDENTITY, chr(10).join(parts)).hex}"


def msi_name(product: Installable, version: str) -> str:
    """File name of a package."""
    return f"{product.program}-{version}-x64.msi"


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def wxs(product: Installable, payload: Path, version: str, icon: str) -> bytes:
    """The package's source for wixl; `icon` is relative to it."""
    root = ET.Element("Wix", {"xmlns": NAMESPACE})
    made = _child(
        root,
        "Product",
        Id=guid("product", product.program, version),
        Name=product.windows_name,
        Language=FRENCH,
        Codepage="1252",
        Version=version,
        Manufacturer=COMMON.vendor,
        UpgradeCode=product.upgrade_code,
    )
    _child(
        made,
        "Package",
        InstallerVersion="500",
        Compressed="yes",
        InstallScope="perMachine",
        Languages=FRENCH,
        Description=f"{product.name} {version}",
        Manufacturer=COMMON.vendor,
    )
    _child(made, "Media", Id="1", Cabinet="payload.cab", EmbedCab="yes")
    _child(
        made,
        "MajorUpgrade",
        DowngradeErrorMessage="Une version plus récente est déjà installée. / A newer version is installed.",
    )
    condition = _child(made, "Condition", Message=f"Windows {COMMON.oldest_windows} x64 or newer is needed.")
    condition.text = "Installed OR (VersionNT64 >= 603)"
    _child(made, "Icon", Id="ProgramIcon", SourceFile=icon)
    _child(made, "Property", Id="ARPPRODUCTICON", Value="ProgramIcon")
    _child(made, "Property", Id="ARPURLINFOABOUT", Value=COMMON.homepage)
    _child(made, "Property", Id="ARPNOMODIFY", Value="1")
    _child(made, "Property", Id="FIREWALL", Value="1")
    for name, key, value in (
        ("REMEMBEREDURL", RECOMMENDED_KEY, "BackendUrl"),
        ("REMEMBEREDSTART", RUN_KEY, product.name),
    ):
        found = _child(made, "Property", Id=name)
        _child(
            found,
            "RegistrySearch",
            Id=f"Find{name}",
            Root="HKLM",
            Key=key,
            Name=value,
            Type="raw",
            Win64="yes",
        )
    target = _child(made, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = _child(target, "Directory", Id="ProgramFiles64Folder", Name="PFiles")
    vendor = _child(programs, "Directory", Id="VENDORFOLDER", Name=COMMON.vendor)
    folder = _child(vendor, "Directory", Id="INSTALLFOLDER", Name=product.name)
    _child(target, "Directory", Id="ProgramMenuFolder", Name="Programs")
    feature = _child(made, "Feature", Id="Complete", Level="1", Title=product.name)
    _add_files(folder, feature, product, payload)
    _add_settings(target, feature, product)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add_files(folder: ET.Element, feature: ET.Element, product: Installable, payload: Path) -> None:
    """One component a file, sorted, so that the same payload gives the same package."""
    others = {f"{each.program}.exe" for each in PRODUCTS if each is not product}
    folders = {"": folder}

    def folder_of(path: str) -> ET.Element:
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = _child(folder_of(above), "Directory", Id=identifier("d", path), Name=name)
        return folders[path]

    for each in entries(payload):
        if each.name in others:
            continue
        where, _, name = each.name.rpartition("/")
        component = _child(
            folder_of(where),
            "Component",
            Id=identifier("c", each.name),
            Guid=guid("file", product.program, each.name),
            Win64="yes",
        )
        is_program = each.name == f"{product.program}.exe"
        file = _child(
            component,
            "File",
            Id="Program" if is_program else identifier("f", each.name),
            Name=name,
            Source=f"payload/{each.name}",  # relative to the source file: wixl knows nothing else
            KeyPath="yes",
        )
        if is_program:
            _child(
                file,
                "Shortcut",
                Id="StartMenu",
                Directory="ProgramMenuFolder",
                Name=product.name,
                Description=product.summary["fr"],
                WorkingDirectory="INSTALLFOLDER",
                Icon="ProgramIcon",
            )
        _child(feature, "ComponentRef", Id=component.attrib["Id"])


def _add_settings(target: ET.Element, feature: ET.Element, product: Installable) -> None:
    """What goes into the registry: the proposed address, start at log-in, our links."""

    def component(name: str, *, shared: bool = False) -> ET.Element:
        owner = "shared" if shared else product.program
        made = _child(target, "Component", Id=name, Guid=guid("registry", owner, name), Win64="yes")
        _child(feature, "ComponentRef", Id=name)
        return made

    # The same component in both packages: removing one leaves the value for the other.
    proposed = component("ProposedAddress", shared=True)
    key = _child(proposed, "RegistryKey", Root="HKLM", Key=RECOMMENDED_KEY)
    _child(key, "RegistryValue", Name="BackendUrl", Type="string", Value="[BACKENDURL]", KeyPath="yes")
    start = component("StartAtLogIn")
    key = _child(start, "RegistryKey", Root="HKLM", Key=RUN_KEY)
    command = '"[#Program]" --background'
    _child(key, "RegistryValue", Name=product.name, Type="string", Value=command, KeyPath="yes")
    if not product.takes_links:
        return
    links = component("Links")
    scheme = rf"Software\Classes\{COMMON.scheme}"
    key = _child(links, "RegistryKey", Root="HKLM", Key=scheme)
    _child(key, "RegistryValue", Type="string", Value=f"URL:{product.name}", KeyPath="yes")
    _child(key, "RegistryValue", Name="URL Protocol", Type="string", Value="")
    for below, value in (("DefaultIcon", '"[#Program]",0'), (r"shell\open\command", '"[#Program]" "%1"')):
        key = _child(links, "RegistryKey", Root="HKLM", Key=rf"{scheme}\{below}")
        _child(key, "RegistryValue", Type="string", Value=value)


@dataclass(frozen=True, slots=True)
class Action:
    """A custom action as the MSI's tables hold it.

    Attributes:
        name, kind, source, target: row of `CustomAction`.
        condition, sequence: row of the execute sequence.
        in_ui: whether the user-interface sequence has it, too.
    """

    name: str
    kind: int
    source: str
    target: str
    condition: str
    sequence: int
    in_ui: bool = False


CONDITIONS = {"ProposedAddress": "BACKENDURL", "StartAtLogIn": 'AUTOSTART AND AUTOSTART <> "0"'}
"""Component → when it is installed."""

SET_PROPERTY = 51
# 34: a program by its command line; 64: its result does not count; 1024: in the deferred script;
# 2048: as the system, not as the user. An installation does not fail for want of a firewall.
DEFERRED_PROGRAM = 34 + 64 + 1024 + 2048


def actions(product: Installable) -> tuple[Action, ...]:
    """What happens besides files and registry values."""
    # A value on the command line counts more than the one of last time, which `AppSearch` (50) found.
    remember = tuple(
        Action(f"Remember{name}", SET_PROPERTY, name, f"[{old}]", f"NOT {name} AND {old}", 51, in_ui=True)
        for name, old in (("BACKENDURL", "REMEMBEREDURL"), ("AUTOSTART", "REMEMBEREDSTART"))
    )
    netsh = '"[System64Folder]netsh.exe" advfirewall firewall'
    rule = f'name="{product.name}"'
    allow = f'dir=in action=allow protocol=UDP program="[INSTALLFOLDER]{product.program}.exe"'
    return (
        *remember,
        Action(
            "FirewallRemove",
            DEFERRED_PROGRAM,
            "INSTALLFOLDER",
            f"{netsh} delete rule {rule}",
            'REMOVE="ALL"',
            3450,
        ),
        Action(
            "FirewallAdd",
            DEFERRED_PROGRAM,
            "INSTALLFOLDER",
            f"{netsh} add rule {rule} {allow}",
            'NOT REMOVE AND FIREWALL <> "0"',
            4050,
        ),
    )


def _quoted(text: str) -> str:
    if "'" in text or "`" in text:
        raise BuildError(f"MSI query: {text!r} cannot be written")
    return f"'{text}'"


def insert(table: str, **values: str | int) -> str:
    """A query that adds a row. The table and its columns are our own words, never data."""
    columns = ", ".join(f"`{name}`" for name in values)
    row = ", ".join(str(value) if isinstance(value, int) else _quoted(value) for value in values.values())
    return f"INSERT INTO `{table}` ({columns}) VALUES ({row})"  # noqa: S608


def queries(product: Installable) -> list[str]:
    """What is added to the tables after wixl."""
    secure = ";".join([*PROPERTIES, "WIX_UPGRADE_DETECTED", "WIX_DOWNGRADE_DETECTED"])
    found = [insert("Property", Property="SecureCustomProperties", Value=secure)]
    for component, condition in CONDITIONS.items():
        where = f"WHERE `Component` = {_quoted(component)}"
        found.append(f"UPDATE `Component` SET `Condition` = {_quoted(condition)} {where}")  # noqa: S608
    for each in actions(product):
        found.append(
            insert("CustomAction", Action=each.name, Type=each.kind, Source=each.source, Target=each.target)
        )
        found += [
            insert(table, Action=each.name, Condition=each.condition, Sequence=each.sequence)
            for table in ("InstallExecuteSequence", *(("InstallUISequence",) if each.in_ui else ()))
        ]
    return found


def tables(msi: Path, *names: str) -> dict[str, list[list[str]]]:
    """Tables of a package as lists of rows, the three lines of their heads left out."""
    found = {}
    for name in names:
        lines = run(["msiinfo", "export", msi, name]).stdout.replace("\r", "").split("\n")
        found[name] = [line.split("\t") for line in lines[3:] if line]
    return found


def build_msi(product: Installable, payload: Path, version: str, out: Path) -> Path:
    """Make one package.

    Raises:
        BuildError: the payload lacks the program, or wixl or msibuild found fault.
    """
    if not (payload / f"{product.program}.exe").is_file():
        raise BuildError(f"{payload}: no {product.program}.exe; name a Windows payload with --payload")
    work = fresh(WORK / "msi" / product.program)
    make_icons(product, work)
    (work / "payload").symlink_to(payload.resolve())
    source = work / "package.wxs"
    source.write_bytes(wxs(product, payload, version, f"{product.program}.ico"))
    target = out / msi_name(product, version)
    target.unlink(missing_ok=True)
    said = run(["wixl", "--arch", "x64", "--define", "Win64=yes", "--output", target, source], cwd=work)
    if said.stderr.strip():
        raise BuildError(f"wixl: {said.stderr}")
    existing = {row[0] for row in tables(target, "Property")["Property"]}
    adding = queries(product)
    if "SecureCustomProperties" in existing:
        adding.insert(0, "DELETE FROM `Property` WHERE `Property` = 'SecureCustomProperties'")
    for query in adding:
        said = run(["msibuild", target, "-q", query])
        if said.stderr.strip():
            raise BuildError(f"msibuild: {query}: {said.stderr}")
    package_code = "{" + guid("package", product.program, version, source_date_epoch()) + "}"
    run(["msibuild", target, "-s", product.windows_name, COMMON.vendor, f"x64;{FRENCH}", package_code])
    return target
