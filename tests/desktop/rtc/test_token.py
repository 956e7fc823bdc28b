"""The token URL in every shape OpenVidu has written it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.token import parse_token

SECRET = "tok_Vq3nZ8kLw0Rt5YbC"


def test_current_token() -> None:
    """2.17 and later: session and token only; the port is left out when it is 443."""
    url = f"wss://video.example.org?sessionId=classroom-7&token={SECRET}"
    token = parse_token(url)
    assert (token.url, token.room_id, token.host) == (url, "classroom-7", "video.example.org")
    assert token.socket_url() == "wss://video.example.org/openvidu?sessionId=classroom-7"
    assert token.socket_url(resumed=True).endswith("?sessionId=classroom-7&reconnect=true")


def test_port_and_plain_socket_are_kept() -> None:
    token = parse_token(f"ws://127.0.0.1:4443?sessionId=s&token={SECRET}")
    assert token.socket_url() == "ws://127.0.0.1:4443/openvidu?sessionId=s"
    assert token.is_loopback


def test_path_and_unknown_members_are_ignored() -> None:
    token = parse_token(
        f"wss://h/some/path?sessionId=s&token={SECRET}&edition=pro&webrtcStatsInterval=30&x=1&x=2"
    )
    assert token.socket_url() == "wss://h/openvidu?sessionId=s"


def test_token_with_turn_of_2_12_to_2_16() -> None:
    token = parse_token(
        f"wss://h?sessionId=s&token={SECRET}&role=PUBLISHER&version=2.15.0"
        "&coturnIp=203.0.113.20&turnUsername=A1%2B&turnCredential=p%3D"
    )
    assert (token.turn_host, token.turn_username, token.turn_credential) == ("203.0.113.20", "A1+", "p=")


def test_token_up_to_2_11() -> None:
    """No `tok_` in front, and TURN credentials without a host."""
    token = parse_token("wss://h:8443?sessionId=s&token=abcdefgh12345678&role=PUBLISHER&version=2.11.0")
    assert token.room_id == "s"
    assert token.turn_host == ""


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.3.2.1", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("video.example.org", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    token = parse_token(f"wss://{host}:1234?sessionId=s&token={SECRET}")
    assert token.is_loopback is loopback
    assert token.socket_url().startswith(f"wss://{host}:1234/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hello",
        f"https://h?sessionId=s&token={SECRET}",
        f"wss://?sessionId=s&token={SECRET}",
        f"wss://user:pass@h?sessionId=s&token={SECRET}",
        f"wss://h:99999?sessionId=s&token={SECRET}",
        f"wss://h?token={SECRET}",
        f"wss://h?sessionId=a%20b&token={SECRET}",
        "wss://h?sessionId=s",
        "wss://h?sessionId=s&secret=MY_SECRET&recorder=true",
        f"wss://h?sessionId=s&token={SECRET}\n",
        f"wss://[h?sessionId=s&token={SECRET}",
        "eyJhbGciOiJFUzI1NiJ9.eyJyb29tIjoibSJ9.c2ln",
        f"wss://h?sessionId=s&token={SECRET}" + "x" * 5000,
    ],
)
def test_not_a_token(url: str) -> None:
    with pytest.raises(RtcError) as caught:
        parse_token(url)
    assert caught.value.code is RtcErrorCode.BAD_TOKEN
    assert SECRET not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    token = parse_token(f"wss://h?sessionId=s&token={SECRET}&turnUsername=uu&turnCredential=cc&coturnIp=i")
    assert not any(secret in repr(token) for secret in (SECRET, "uu", "cc"))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another exception than ours."""
    for url in (text, f"wss://{text}", f"wss://h?{text}", f"wss://h?sessionId={text}&token={text}"):
        code = None
        try:
            parse_token(url)
        except RtcError as error:
            code = error.code
        assert code in {None, RtcErrorCode.BAD_TOKEN}


def test_the_query_is_decoded_and_the_original_kept() -> None:
    """Percent signs are for the query's sake; `joinRoom` wants the text as it came."""
    url = "wss://video.example.org?token=tok_1&sessionId=class%2Droom%5F7"
    assert (parse_token(url).room_id, parse_token(url).url) == ("class-room_7", url)


@pytest.mark.parametrize(("members", "role"), [("&role=MODERATOR&version=2.12.0", "MODERATOR"), ("", "")])
def test_the_role_of_old_tokens(members: str, role: str) -> None:
    """Later ones leave it to the join result."""
    assert parse_token(f"wss://video.example.org?sessionId=room&token=tok_1{members}").role == role
