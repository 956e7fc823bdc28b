"""Formats of ids, and TURN credentials against a known value."""

from __future__ import annotations

import re

import pytest

from openvidu_local import identifiers


def test_formats() -> None:
    """Every id has OpenVidu's prefix and length."""
    assert re.fullmatch(r"ses_[A-Z][A-Za-z0-9]{9}", identifiers.session_id())
    assert re.fullmatch(r"con_[A-Z][A-Za-z0-9]{9}", identifiers.connection_id())
    assert re.fullmatch(r"tok_[A-Z][A-Za-z0-9]{15}", identifiers.token_id())
    assert re.fullmatch(r"[0-9a-v]{26}", identifiers.rpc_session_id())


@pytest.mark.parametrize(
    ("has_video", "type_of_video", "kind"),
    [(True, "CAMERA", "CAM"), (True, "SCREEN", "SCR"), (True, "CUSTOM", "CUS"), (False, None, "MIC")],
)
def test_stream_id_names_kind_and_owner(has_video: bool, type_of_video: str | None, kind: str) -> None:
    stream = identifiers.stream_id("con_Abc", has_video=has_video, type_of_video=type_of_video)
    assert re.fullmatch(rf"str_{kind}_[A-Z][A-Za-z0-9]{{3}}_con_Abc", stream)
    assert identifiers.stream_owner(stream) == "con_Abc"


def test_stream_owner_without_mark_is_the_text_itself() -> None:
    assert identifiers.stream_owner("nonsense") == "nonsense"


def test_turn_credential_is_what_coturn_computes() -> None:
    """HMAC-SHA1 over the user name, base 64."""
    username, credential = identifiers.turn_credentials("MY_SECRET", username="1795443600:k3VbQx9a")
    assert (username, credential) == ("1795443600:k3VbQx9a", "1TIE5FDK0nSCsQu9Hpnv9HJdNyE=")


def test_turn_username_expires_in_a_day() -> None:
    username, _ = identifiers.turn_credentials("MY_SECRET")
    expiry, _, suffix = username.partition(":")
    assert 86_000 < int(expiry) - identifiers.now_ms() // 1000 <= 86_400
    assert len(suffix) == 8
