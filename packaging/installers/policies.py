"""What IT deploys to decide settings, made from the one typed model: ADMX, ADML, property list, JSON, table.

A setting that the model gains appears in all of them by itself; only its French words are written by
hand (`policy_words.toml`).
"""

from __future__ import annotations

import json
import plistlib
import tomllib
import types
import typing
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal
from xml.etree import ElementTree as ET

from desktop.system.policy import POLICY_KEY
from desktop.system.setting_model import Settings, policy_keys, policy_name
from installers.products import COMMON, PACKAGING, PRODUCTS, ROOT

NAMESPACE = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
PREFIX, CATEGORY = "mikl", "MiKL_Visio"
CULTURES = {"en": "en-US", "fr": "fr-FR"}
SERVICE_EXAMPLE = "https://visio.example.org"
RELAY_EXAMPLE = "turns:turn.example.org:443"
_IDENTITY = uuid.UUID("3f0c2f0e-5c5f-4d8b-9e3e-0d3b6a1c7f55")
"""Fixed, so that a profile made anew replaces the former one."""

Kind = Literal["switch", "choice", "text", "file", "list"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One setting as IT sees it.

    Attributes:
        key: the model's name, which is the name in JSON too.
        name: in the registry and in property lists.
        kind: what sort of value.
        choices: of a choice, as they are written.
        default: as JSON would hold it.
        title, description: language → words; the description may be empty.
    """

    key: str
    name: str
    kind: Kind
    choices: tuple[str, ...]
    default: Any
    title: dict[str, str]
    description: dict[str, str]


class PolicyError(Exception):
    """The model has a setting that these files cannot express; the text says which."""


def french_words() -> dict[str, dict[str, str]]:
    """Key → French title and description."""
    return tomllib.loads((PACKAGING / "policy_words.toml").read_text(encoding="utf-8"))


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """What sort of value a field holds, looked up behind `Annotated`, `Optional` and containers."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        inner = [each for each in typing.get_args(annotation) if each is not type(None)]
        return _kind(inner[0])
    if typing.get_origin(annotation) is tuple:
        return "list", ()
    if annotation is bool:
        return "switch", ()
    if annotation is Path:
        return "file", ()
    if annotation is str:
        return "text", ()
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "choice", tuple(each.value for each in annotation)
    raise PolicyError(f"no policy can hold {annotation}")


def policies() -> tuple[Policy, ...]:
    """Every setting that IT can decide, in the model's order.

    Raises:
        PolicyError: a type that no file can express, or French words are missing.
    """
    french = french_words()
    found = []
    unknown = set(french) - set(policy_keys())
    if unknown:
        raise PolicyError(f"packaging/policy_words.toml: no such settings: {sorted(unknown)}")
    for key in policy_keys():
        field = Settings.model_fields[key]
        kind, choices = _kind(field.annotation)
        if key not in french:
            raise PolicyError(f"{key}: add its French words to packaging/policy_words.toml")
        default = None if field.is_required() else field.default
        found.append(
            Policy(
                key=key,
                name=policy_name(key),
                kind=kind,
                choices=choices,
                default=list(default) if isinstance(default, tuple) else default,
                title={"en": field.title or key, "fr": french[key]["title"]},
                description={"en": field.description or "", "fr": french[key].get("description", "")},
            )
        )
    return tuple(found)


def example(policy: Policy, system: str) -> Any:
    """A value that shows how a setting is written: its default, or an address or folder of an example."""
    if policy.key == "backend_url":
        return SERVICE_EXAMPLE
    if policy.key == "test_relays":
        return [RELAY_EXAMPLE]
    if policy.kind == "list":
        return [SERVICE_EXAMPLE]
    if policy.kind == "file":
        folder = {
            "windows": PureWindowsPath(r"C:\ProgramData\MiKL"),
            "macos": PurePosixPath("/Library/Application Support/MiKL"),
            "linux": PurePosixPath("/var/log/mikl-visio"),
        }[system]
        file = {"linux": "/etc/ssl/certs/visio.pem"}.get(system, str(folder / "visio.pem"))
        return file if "certificate" in policy.key else str(folder / ("logs" if system != "linux" else ""))
    return policy.default


# ---------------------------------------------------------------------- Windows


def admx() -> bytes:
    """The administrative template: which registry value each policy writes."""
    root = ET.Element("policyDefinitions", {"xmlns": NAMESPACE, "revision": "1.0", "schemaVersion": "1.0"})
    spaces = ET.SubElement(root, "policyNamespaces")
    ET.SubElement(spaces, "target", {"prefix": PREFIX, "namespace": "MiKL.Policies.Visio"})
    ET.SubElement(root, "resources", {"minRequiredRevision": "1.0"})
    supported = ET.SubElement(ET.SubElement(root, "supportedOn"), "definitions")
    ET.SubElement(supported, "definition", {"name": "Supported", "displayName": "$(string.Supported)"})
    categories = ET.SubElement(root, "categories")
    ET.SubElement(categories, "category", {"name": CATEGORY, "displayName": f"$(string.{CATEGORY})"})
    listed = ET.SubElement(root, "policies")
    for policy in policies():
        attributes = {
            "name": policy.name,
            "class": "Both",
            "displayName": f"$(string.{policy.name})",
            "explainText": f"$(string.{policy.name}_Explain)",
            "key": POLICY_KEY,
        }
        if policy.kind == "switch":
            attributes["valueName"] = policy.name
        else:
            attributes["presentation"] = f"$(presentation.{policy.name})"
        entry = ET.SubElement(listed, "policy", attributes)
        ET.SubElement(entry, "parentCategory", {"ref": CATEGORY})
        ET.SubElement(entry, "supportedOn", {"ref": "Supported"})
        if policy.kind == "switch":
            for name, value in (("enabledValue", "1"), ("disabledValue", "0")):
                ET.SubElement(ET.SubElement(entry, name), "decimal", {"value": value})
            continue
        elements = ET.SubElement(entry, "elements")
        value_of = {"id": policy.name, "valueName": policy.name, "required": "true"}
        if policy.kind == "choice":
            options = ET.SubElement(elements, "enum", value_of)
            for choice in policy.choices:
                item = ET.SubElement(options, "item", {"displayName": f"$(string.{policy.name}_{choice})"})
                ET.SubElement(ET.SubElement(item, "value"), "string").text = choice
        else:
            ET.SubElement(elements, "multiText" if policy.kind == "list" else "text", value_of)
    return _xml(root)


WORDS = {
    "Supported": {
        "en": f"{PRODUCTS[0].name} and {PRODUCTS[1].name}",
        "fr": f"{PRODUCTS[0].name} et {PRODUCTS[1].name}",
    },
    "system": {"en": "As the system", "fr": "Comme le système"},
    "fr": {"en": "French", "fr": "Français"},
    "en": {"en": "English", "fr": "Anglais"},
    "light": {"en": "Light", "fr": "Claires"},
    "dark": {"en": "Dark", "fr": "Sombres"},
    "auto": {"en": "The camera", "fr": "La caméra"},
    "test": {"en": "The generated picture", "fr": "L’image générée"},
    "none": {"en": "None", "fr": "Aucun"},
    "manual": {"en": "The address given", "fr": "L’adresse indiquée"},
    "warning": {"en": "Warnings and errors", "fr": "Avertissements et erreurs"},
    "info": {"en": "Usual", "fr": "Habituel"},
    "debug": {"en": "Everything", "fr": "Tout"},
}
"""Words that belong to no single setting."""


def adml(language: str) -> bytes:
    """The words of the template in one language (`en`, `fr`)."""
    root = ET.Element(
        "policyDefinitionResources", {"xmlns": NAMESPACE, "revision": "1.0", "schemaVersion": "1.0"}
    )
    ET.SubElement(root, "displayName").text = f"{COMMON.vendor} Visio"
    ET.SubElement(root, "description").text = WORDS["Supported"][language]
    resources = ET.SubElement(root, "resources")
    strings = ET.SubElement(resources, "stringTable")

    def add(name: str, text: str) -> None:
        ET.SubElement(strings, "string", {"id": name}).text = text

    add("Supported", WORDS["Supported"][language])
    add(CATEGORY, f"{COMMON.vendor} Visio")
    for policy in policies():
        add(policy.name, policy.title[language])
        add(f"{policy.name}_Explain", policy.description[language] or policy.title[language])
        for choice in policy.choices:
            add(f"{policy.name}_{choice}", WORDS[choice][language])
    table = ET.SubElement(resources, "presentationTable")
    for policy in policies():
        if policy.kind == "switch":
            continue
        shown = ET.SubElement(table, "presentation", {"id": policy.name})
        label = policy.title[language]
        if policy.kind == "choice":
            default = str(policy.choices.index(policy.default))
            ET.SubElement(
                shown, "dropdownList", {"refId": policy.name, "noSort": "true", "defaultItem": default}
            ).text = label
        elif policy.kind == "list":
            ET.SubElement(shown, "multiTextBox", {"refId": policy.name}).text = label
        else:
            box = ET.SubElement(shown, "textBox", {"refId": policy.name})
            ET.SubElement(box, "label").text = label
    return _xml(root)


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


# ---------------------------------------------------------------------- macOS and Linux


def mobileconfig() -> bytes:
    """A configuration profile with every setting: IT deletes what it does not want to decide."""
    content = []
    for product in PRODUCTS:
        identifier = f"{product.application_id}.settings"
        content.append(
            {
                "PayloadType": product.application_id,
                "PayloadIdentifier": identifier,
                "PayloadUUID": str(uuid.uuid5(_IDENTITY, identifier)).upper(),
                "PayloadVersion": 1,
                "PayloadDisplayName": product.name,
                **{policy.name: example(policy, "macos") for policy in policies()},
            }
        )
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadIdentifier": f"{COMMON.distribution}.settings",
            "PayloadUUID": str(uuid.uuid5(_IDENTITY, COMMON.distribution)).upper(),
            "PayloadVersion": 1,
            "PayloadScope": "System",
            "PayloadOrganization": COMMON.vendor,
            "PayloadDisplayName": f"{COMMON.vendor} Visio",
            "PayloadContent": content,
        }
    )


def policy_json() -> str:
    """The policy file of Linux with every setting: IT deletes what it does not want to decide."""
    values = {policy.key: example(policy, "linux") for policy in policies()}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------------- documentation


def table(language: str) -> str:
    """The settings as a Markdown table for the IT guide."""
    head = {
        "en": "| policy (registry, macOS) | JSON (Linux) | values | default | meaning |",
        "fr": "| stratégie (registre, macOS) | JSON (Linux) | valeurs | par défaut | signification |",
    }[language]
    kinds = {
        "en": {"switch": "0, 1 (JSON: `false`, `true`)", "text": "text", "file": "path", "list": "addresses"},
        "fr": {
            "switch": "0, 1 (JSON\u00a0: `false`, `true`)",
            "text": "texte",
            "file": "chemin",
            "list": "adresses",
        },
    }[language]
    lines = [head, "|---|---|---|---|---|"]
    for policy in policies():
        values = ", ".join(f"`{each}`" for each in policy.choices) or kinds[policy.kind]
        default = (
            "" if policy.default in (None, "", []) else f"`{json.dumps(policy.default)}`".replace('"', "")
        )
        meaning = ". ".join(filter(None, (policy.title[language], policy.description[language])))
        lines.append(f"| `{policy.name}` | `{policy.key}` | {values} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def write_policies(folder: Path) -> list[Path]:
    """Every file for IT; returns what was written."""
    made = {
        "windows/mikl-visio.admx": admx(),
        **{f"windows/{CULTURES[language]}/mikl-visio.adml": adml(language) for language in CULTURES},
        "macos/mikl-visio-example.mobileconfig": mobileconfig(),
        "linux/policy-example.json": policy_json().encode(),
    }
    for name, content in made.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return [folder / name for name in made]


BEGIN, END = "<!-- settings: written by `dev.py translate` -->", "<!-- end of settings -->"


def _guides() -> dict[Path, str]:
    """Guide → how its text should be, the table between its marks being that of the model."""
    wanted = {}
    for language in CULTURES:
        guide = ROOT / "docs" / f"it-guide-{language}.md"
        before, _, rest = guide.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        wanted[guide] = f"{before}{BEGIN}\n\n{table(language)}\n{END}{after}"
    return wanted


def renew_guides() -> None:
    """Write the tables between their marks in the IT guides.

    Raises:
        PolicyError: a setting has no French words.
    """
    for guide, text in _guides().items():
        guide.write_text(text, encoding="utf-8")


def stale_guides() -> list[str]:
    """Names of the IT guides whose table is not that of the model.

    Raises:
        PolicyError: a setting has no French words.
    """
    return [guide.name for guide, text in _guides().items() if guide.read_text(encoding="utf-8") != text]
