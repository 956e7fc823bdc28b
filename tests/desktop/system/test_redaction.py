"""Nothing secret survives, whatever it is wrapped in; what is harmless does."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.system.redaction import REDACTED, is_secret_name, redact_text, redact_value

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwYjVlIn0.MEUCIQDx_1-abc"
REFRESH_TOKEN = "Zk3" * 24
ROOM_TOKEN = "tok_AbCd1234EfGh5678"
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\na=ice-ufrag:Ab1x\r\na=ice-pwd:S3cretS3cretS3cretS3cr\r\n"

words = st.text(BASE64URL, min_size=8, max_size=40)
surroundings = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token {JWT} refused", JWT),
        (f"Authorization: Bearer {JWT}", JWT),
        ("{'authorization': 'Basic T1BFTlZJRFU6c2VjcmV0'}", "T1BFTlZJRFU6c2VjcmV0"),
        ("Authorization: Digest username=x, response=abcdef", "abcdef"),
        (f"wss://m.example:4443?sessionId=mtg_1&role=PUBLISHER&token={ROOM_TOKEN}&x=1", ROOM_TOKEN),
        (f"joined with {ROOM_TOKEN}", ROOM_TOKEN),
        (f"refresh {REFRESH_TOKEN}", REFRESH_TOKEN),
        ('{"refresh_token": "short-one"}', "short-one"),
        ("LoginRequest(email='a@b.example', password='hunter2 with spaces')", "hunter2"),
        ("LoginRequest(email='a@b.example', password='hunter2 with spaces')", "with spaces"),
        ('{"password": "with \\"quotes\\" inside"}', "inside"),
        ('"{\\"password\\": \\"nested one\\"}"', "nested one"),
        ("password=hunter2", "hunter2"),
        ("VISIO_OPENVIDU_SECRET=MY_SECRET", "MY_SECRET"),
        ("turnCredential: s3cr3t", "s3cr3t"),
        ("postgresql://visio_api:pa55@127.0.0.1:5432/visio", "pa55"),
        ("mail to Zoé.Dupont+x@exemple.co.fr failed", "Zoé.Dupont"),
        ("mail to Zoé.Dupont+x@exemple.co.fr failed", "exemple.co.fr"),
        ("user=alice@demo.visio", "alice"),
        (SDP, "S3cretS3cret"),
        (SDP, "Ab1x"),
        ("a=ice-pwd:S3cretS3cretS3cretS3cr", "S3cretS3cret"),
        (json.dumps({"sdpOffer": SDP}), "S3cretS3cret"),
        (f"\\n{JWT}", "eyJzdWIiOiIwYjVlIn0"),
    ],
)
def test_a_secret_goes(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact_text(text)
    assert REDACTED in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "meeting 9d0e7b3e-6a55-4c3a-8b43-4a1f5c4d8e02 started",
        "room mtg_9d0e7b3e6a554c3a8b434a1f5c4d8e02 connected in 0.41 s",
        "token refresh took 120 ms",
        "HTTP 503 without a problem body",
        "GET https://visio.example/v1/meetings?limit=100&status=scheduled",
        'File "/opt/visio/desktop/rtc/peer.py", line 12, in make_offer',
        "Réunion à 14:00 (Europe/Paris)",
        "",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    assert redact_text(text) == text


@settings(deadline=None)
@given(surroundings, words, words, words, surroundings)
def test_no_jwt_survives(before: str, header: str, body: str, signature: str, after: str) -> None:
    assert body + "." + signature not in redact_text(f"{before} eyJ{header}.{body}.{signature} {after}")


@settings(deadline=None)
@given(surroundings, st.text("abcdefghijklmnop0123456789", min_size=6, max_size=40), surroundings)
def test_no_room_token_survives(before: str, secret: str, after: str) -> None:
    assert f"tok_{secret}" not in redact_text(f"{before} tok_{secret} {after}")


@settings(deadline=None)
@given(
    surroundings,
    st.from_regex(r"[a-zA-Z0-9é][a-zA-Z0-9.éü_+-]{0,20}[a-z]", fullmatch=True),
    st.from_regex(r"[a-z0-9-]{1,10}(\.[a-z0-9-]{1,10}){1,3}", fullmatch=True),
    surroundings,
)
def test_no_address_survives(before: str, name: str, domain: str, after: str) -> None:
    assert f"{name}@{domain}" not in redact_text(f"{before} {name}@{domain} {after}")


@settings(deadline=None)
@given(
    st.sampled_from(["password", "refresh_token", "access_token", "openviduSecret", "ice-pwd", "PASSWORD"]),
    st.sampled_from(
        ["{n}={v}", "{n}: {v}", '"{n}": "{v}"', "'{n}': '{v}'", '\\"{n}\\": \\"{v}\\"', "{n}='{v}'"]
    ),
    st.text("abcdefghijklmnopqrstuvwxyz0123456789/+=!", min_size=4, max_size=30),
)
@example("password", "{n}={v}", "====")
def test_no_named_value_survives(name: str, form: str, secret: str) -> None:
    text = form.format(n=name, v=f"Q{secret}Q")
    assert f"Q{secret}Q" not in redact_text(f"log in with {text} now")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(f"it is {REFRESH_TOKEN}"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(json_values)
def test_no_depth_hides_a_secret(value: Any) -> None:
    """And what comes out can be written as JSON."""
    assert REFRESH_TOKEN not in json.dumps(redact_value(value))


def test_a_value_under_a_telling_name_goes_whole() -> None:
    value = {"id": 7, "accessToken": "x", "inner": [{"Password": ["a", "b"], "sdp-offer": "v"}]}
    assert redact_value(value) == {
        "id": 7,
        "accessToken": REDACTED,
        "inner": [{"Password": REDACTED, "sdp-offer": REDACTED}],
    }


def test_an_object_is_looked_through() -> None:
    class Careless:
        def __repr__(self) -> str:
            return f"<Careless token={ROOM_TOKEN}>"

    (text,) = redact_value([Careless()])
    assert text.startswith(f"<Careless token={REDACTED}")
    assert ROOM_TOKEN not in text


def test_a_key_that_is_itself_an_address() -> None:
    assert "alice" not in json.dumps(redact_value({"alice@demo.visio": 1}))


def test_a_structure_that_contains_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert REDACTED in json.dumps(redact_value(loop))


@pytest.mark.parametrize("name", ["password", "Refresh-Token", "clientSecret", "ICE_PWD", "E-Mail", "Cookie"])
def test_telling_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["meeting_id", "path", "duration_ms", "event"])
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a." * 50_000,
        "a-" * 50_000,
        "eyJ" * 33_000,
        "://" * 33_000,
        "a://" * 25_000,
        "password" * 12_000,
        'password="' * 10_000,
        'password=\\"' * 9_000,
        "password='\\" * 9_000,
        "@" * 100_000,
        "a@" * 50_000,
        "tok_" * 25_000,
        "Bearer " * 14_000,
        "\\" * 100_000,
    ],
)
def test_no_text_costs_more_than_a_walk_along_it(text: str) -> None:
    """Somebody else may choose the text: it must not stop the app. A quadratic pattern takes seconds."""
    began_s = time.process_time()
    redact_text(text)
    assert time.process_time() - began_s < 1.0
