"""The documented settings are the real ones."""

from __future__ import annotations

from backend.config import AdminSettings, Settings
from tools.settings_table import DOCUMENT, table, with_table


def test_the_document_has_the_table_of_the_model() -> None:
    """`python -m tools.settings_table` writes it anew."""
    document = DOCUMENT.read_text(encoding="utf-8")
    assert with_table(document) == document


def test_every_setting_is_in_the_table_with_its_meaning() -> None:
    """A member without a description would leave its cell empty."""
    written = table()
    for model in (Settings, AdminSettings):
        for name, field in model.model_fields.items():
            assert f"`VISIO_{name.upper()}`" in written
            assert field.description
