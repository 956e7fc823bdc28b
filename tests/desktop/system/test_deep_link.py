"""Links name a meeting or are refused."""

from __future__ import annotations

from uuid import UUID

import pytest

from desktop.system.deep_link import DeepLinkError, MeetingLink, read_link

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
