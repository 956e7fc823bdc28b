"""An application object and a language for view-models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication

from desktop.view_models.language import Language
from resources.reader import ROOT as RESOURCES


@pytest.fixture
def english(qapp: QCoreApplication) -> Iterator[Language]:
    """English: the source sentences themselves."""
    language = Language(RESOURCES / "translations", "en")
    yield language
    language.close()
