"""The files for IT against the one settings model, both ways, read as the apps read them."""

from __future__ import annotations

import json
import os
import plistlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pydantic import TypeAdapter

from desktop.system import policy as apps_policy
from desktop.system.setting_model import Settings, SettingSource, policy_keys, policy_name
from desktop.system.settings import load_settings
from installers import policies
from installers.policies import NAMESPACE, Policy
from installers.products import PRODUCTS, ROOT
from resources.brand import PARTICIPANT

SPACE = {"p": NAMESPACE}
ALL = policies.policies()


def usable(key: str, value: Any) -> Any:
    """The value as the model takes it; raises when it does not."""
    return TypeAdapter(Settings.model_fields[key].rebuild_annotation()).validate_python(value)


@pytest.fixture(scope="module")
def admx() -> ET.Element:
    return ET.fromstring(policies.admx())


@pytest.fixture(scope="module", params=["en", "fr"])
def adml(request: pytest.FixtureRequest) -> ET.Element:
    return ET.fromstring(policies.adml(request.param))


def test_the_model_and_the_french_words_agree_both_ways() -> None:
    assert set(policies.french_words()) == set(policy_keys())
    french = policies.french_words()
    for key in policy_keys():
        described = bool(Settings.model_fields[key].description)
        assert bool(french[key].get("description")) is described, key


def test_french_typography() -> None:
    """A narrow no-break space before `; ! ?`, a no-break space before `:` and inside « »."""
    for words in policies.french_words().values():
        text = words["title"] + " " + words.get("description", "")
        assert not re.search(
            r"[^\u202f;][;!?]|[^\u00a0\u202f]:(?!//|\d)|«[^\u00a0\u202f]|[^\u00a0\u202f]»", text
        ), text


def test_every_setting_is_in_the_template_and_nothing_else(admx: ET.Element) -> None:
    found = {each.get("name"): each for each in admx.iterfind(".//p:policy", SPACE)}
    assert set(found) == {policy_name(key) for key in policy_keys()}
    assert {each.get("key") for each in found.values()} == {apps_policy.POLICY_KEY}


@pytest.mark.parametrize("policy", ALL, ids=lambda policy: policy.key)
def test_what_a_policy_writes_is_what_the_app_takes(policy: Policy, admx: ET.Element, tmp_path: Path) -> None:
    entry = admx.find(f".//p:policy[@name='{policy.name}']", SPACE)
    assert entry is not None
    values: list[Any]
    if policy.kind == "switch":
        assert entry.get("valueName") == policy.name
        values = [int(each.get("value", "")) for each in entry.iterfind(".//p:decimal", SPACE)]
        assert [usable(policy.key, each) for each in values] == [True, False]
        return
    (element,) = entry.iterfind("p:elements/*", SPACE)
    assert element.get("valueName") == policy.name
    if policy.kind == "choice":
        values = [each.text for each in element.iterfind(".//p:string", SPACE)]
        assert [usable(policy.key, each).value for each in values] == list(policy.choices)
    elif policy.kind == "list":
        assert element.tag.endswith("multiText")  # REG_MULTI_SZ arrives as a list
        (shown,) = policies.example(policy, "windows")
        assert usable(policy.key, [shown, shown]) == (shown, shown)
    elif policy.key == "trusted_certificate":
        assert element.tag.endswith("text")
        with pytest.raises(ValueError, match="readable PEM"):
            usable(policy.key, str(tmp_path / "none.pem"))
    else:
        assert element.tag.endswith("text")
        assert usable(policy.key, policies.example(policy, "windows")) is not None


def test_every_reference_of_the_template_has_words(admx: ET.Element, adml: ET.Element) -> None:
    wanted = set(re.findall(r"\$\(string\.([^)]+)\)", ET.tostring(admx, encoding="unicode")))
    strings = {each.get("id"): each.text for each in adml.iterfind(".//p:string", SPACE)}
    assert wanted == set(strings)
    assert all(strings.values())
    shown = set(re.findall(r"\$\(presentation\.([^)]+)\)", ET.tostring(admx, encoding="unicode")))
    tables = {each.get("id"): each for each in adml.iterfind(".//p:presentation", SPACE)}
    assert shown == set(tables)
    for name, presentation in tables.items():
        (box,) = list(presentation)
        assert box.get("refId") == name


def test_the_mac_profile_holds_every_setting_of_both_apps(tmp_path: Path) -> None:
    profile = plistlib.loads(policies.mobileconfig())
    assert [each["PayloadType"] for each in profile["PayloadContent"]] == [
        product.application_id for product in PRODUCTS
    ]
    for payload in profile["PayloadContent"]:
        own = {key: value for key, value in payload.items() if not key.startswith("Payload")}
        assert set(own) == {policy_name(key) for key in policy_keys()}
        managed = tmp_path / "managed.plist"
        managed.write_bytes(plistlib.dumps(own))
        ((_, values),) = apps_policy.property_list(managed)
        for key, value in values.items():
            if key != "trusted_certificate":  # its file exists on IT's machines alone
                usable(key, value)


def test_the_linux_example_decides_every_setting(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(policies.policy_json(), encoding="utf-8")
    loaded = load_settings(
        PARTICIPANT,
        {"profile": str(tmp_path / "profile")},
        policy_file=file,
        policy_owners=frozenset({os.getuid()}),
    )
    decided = {key for key, source in loaded.sources.items() if source is SettingSource.POLICY}
    assert decided == set(policy_keys()) - {"trusted_certificate"}
    assert [problem.key for problem in loaded.problems] == ["trusted_certificate"]


def test_files_are_written_where_it_looks_for_them(tmp_path: Path) -> None:
    made = {each.relative_to(tmp_path).as_posix() for each in policies.write_policies(tmp_path)}
    assert made == {
        "windows/mikl-visio.admx",
        "windows/en-US/mikl-visio.adml",
        "windows/fr-FR/mikl-visio.adml",
        "macos/mikl-visio-example.mobileconfig",
        "linux/policy-example.json",
    }
    assert set(json.loads((tmp_path / "linux/policy-example.json").read_text())) == set(policy_keys())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guide_s_table_is_that_of_the_model(language: str) -> None:
    guide = ROOT / "docs" / f"it-guide-{language}.md"
    assert policies.table(language) in guide.read_text(encoding="utf-8"), "run `python3 dev.py translate`"
