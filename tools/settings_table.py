"""The table of the service's settings in docs/service.md, made from their model.

`python -m tools.settings_table` writes it anew between its two marks; a test fails when it is not
what the model says.
"""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from backend.config import AdminSettings, Settings
from backend.settings_files import CONFIG_VARIABLE, is_secret
from resources.brand import ENVIRONMENT_PREFIX

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "service.md"
BEGIN = "<!-- settings: python -m tools.settings_table -->"
END = "<!-- end of settings -->"


def table() -> str:
    """Markdown: one row a setting, those of the service first."""
    rows = [
        "| variable | default | meaning |",
        "|---|---|---|",
        f"| `{CONFIG_VARIABLE}` | – | The TOML file with the settings; the same as `--config FILE`. |",
    ]
    rows += [_row(name, field) for name, field in Settings.model_fields.items()]
    rows += [
        _row(name, field)
        for name, field in AdminSettings.model_fields.items()
        if name not in Settings.model_fields
    ]
    return "\n".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    variable = f"`{ENVIRONMENT_PREFIX}{name.upper()}`" + (" (secret)" if is_secret(field) else "")
    return f"| {variable} | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "needed"
    if value is None or value == "":
        return "–"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def with_table(document: str) -> str:
    """The document with its table replaced by the one of the model."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> None:
    """Write the table."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
