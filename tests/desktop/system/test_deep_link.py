"""Links name a meeting or are refused."""

from __future__ import annotations

from uuid import UUID

import pytest

from desktop.system.deep_link import (
    CompanyLink,
    DeepLinkError,
    InviteLink,
    MeetingLink,
    ResetLink,
    code_of,
    read_company,
    read_link,
)

MEETING = UUID("6f1d0e7c-2f5b-4c0e-9d3a-0d8a3f0e5b11")


@pytest.mark.parametrize("end", ["", "/"])
def test_a_meetings_link_names_it(end: str) -> None:
    assert read_link(f"mikl://meetings/{MEETING}{end}") == MeetingLink(MEETING)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "mikl://",
        "mikl://meetings/",
        "mikl://meetings/42",
        f"https://meetings/{MEETING}",
        f"mikl://other/{MEETING}",
        "mikl:///meetings",
        "mikl://[meetings/",
        f"mikl://meetings/{MEETING}" + "0" * 300,
    ],
)
def test_anything_else_is_refused_with_the_right_form(link: str) -> None:
    with pytest.raises(DeepLinkError, match="mikl://meetings/<id>"):
        read_link(link)


def test_codes_are_read_from_links_and_from_what_was_pasted() -> None:
    assert read_link("mikl://invite/a-B_9") == InviteLink("a-B_9")
    assert read_link("mikl://reset/a-B_9/") == ResetLink("a-B_9")
    for pasted in (" abc ", "mikl://invite/abc", "https://visio.example.org/invite#abc", "mikl://reset/abc/"):
        assert code_of(pasted) == "abc"


def test_the_company_sends_a_code_or_a_reason() -> None:
    assert read_link("mikl://company/a-B_9") == CompanyLink("a-B_9")
    assert read_link("mikl://company/error/no-account") == CompanyLink(reason="no-account")
    assert read_company("a-B_9") == CompanyLink("a-B_9")
    assert "a-B_9" not in repr(read_company("a-B_9"))


@pytest.mark.parametrize(
    "link",
    [
        *("mikl://invite/", "mikl://invite/a b", "mikl://reset/a?b", "mikl://reset"),
        *("mikl://company", "mikl://company/error", "mikl://company/error/a/b", "mikl://company/a/b"),
        *("mikl://company/a?code=b", "mikl://company/a#b"),
    ],
)
def test_a_code_with_anything_else_in_it_is_refused(link: str) -> None:
    with pytest.raises(DeepLinkError):
        read_link(link)
