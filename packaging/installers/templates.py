"""Fills our template files; a placeholder without a value is an error."""

from __future__ import annotations

from string import Template

from installers.products import PACKAGING


def fill(template: str, **values: str) -> str:
    """The text of a file below `packaging/` with its `$names` replaced.

    Raises:
        KeyError: a name has no value.
    """
    return Template((PACKAGING / template).read_text(encoding="utf-8")).substitute(values)
