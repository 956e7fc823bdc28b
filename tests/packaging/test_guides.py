"""The guides for IT: everything that can be given or set is in both, and French is set as French is."""

from __future__ import annotations

import re

import pytest

from desktop.app.start import arguments
from desktop.app.wiring import HUB_APP
from desktop.system.policy import POLICY_KEY, RECOMMENDED_KEY
from installers import msi, policies
from installers.products import COMMON, PRODUCTS, ROOT
from installers.repository import KEYRING

GUIDES = {
    language: (ROOT / f"docs/it-guide-{language}.md").read_text(encoding="utf-8") for language in ("en", "fr")
}


@pytest.mark.parametrize("language", list(GUIDES))
def test_every_property_place_and_policy_is_in_it(language: str) -> None:
    guide = GUIDES[language]
    for word in (*msi.PROPERTIES, POLICY_KEY, RECOMMENDED_KEY, KEYRING, COMMON.install_folder_linux):
        assert word in guide, word
    for policy in policies.policies():
        assert f"`{policy.name}`" in guide
    for product in PRODUCTS:
        assert product.application_id in guide
        assert f"{product.program}-X.Y.Z-x64.msi" in guide


@pytest.mark.parametrize("language", list(GUIDES))
def test_commands_that_it_names_exist(language: str) -> None:
    known = set(re.findall(r"--[\w-]+", arguments(HUB_APP).format_help()))
    used = set(re.findall(r"mikl-(?:visio|hub) (--[\w-]+)", GUIDES[language]))
    assert used == {"--self-test", "--forget-me"}
    assert used <= known


def test_both_have_the_same_chapters_and_commands() -> None:
    english, french = (re.findall(r"^## (\d+)\.", GUIDES[language], re.M) for language in ("en", "fr"))
    assert english == french
    blocks = [re.findall(r"^```\n(.*?)^```", GUIDES[language], re.M | re.S) for language in ("en", "fr")]
    assert blocks[0] == blocks[1]


def test_french_typography() -> None:
    outside = re.sub(r"^```\n.*?^```", "", GUIDES["fr"], flags=re.M | re.S)
    outside = re.sub(r"`[^`]*`|<!--.*?-->|\]\([^)]*\)", "x", outside)
    wrong = re.findall(r".{12}[^\u202f\s][;!?](?!\w).{0,6}|.{12} [;!?:](?=\s).{0,6}", outside)
    assert wrong == []
