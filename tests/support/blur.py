"""The real model of the background blur, for the tests that need it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.devices.person_segmenter import is_available
from tools.blur_model import ModelError, fetch


def real_model() -> Path:
    """The model's file, fetched where it is not there; skips where it cannot be had."""
    try:
        model = fetch()
    except ModelError as error:
        pytest.skip(str(error))
    if not is_available(model):
        pytest.skip("this system has no wheel of ai-edge-litert")
    return model
