"""Access tokens: what is accepted, and the many ways to be refused."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from backend.accounts.refresh_tokens import RefreshTokens
from backend.auth import (
    ACCESS_TOKEN_LIFE_S,
    LEEWAY_S,
    AccessTokens,
    SigningKey,
    make_signing_key_pem,
    read_signing_keys,
)
from backend.errors import ServiceError

ISSUER = "https://visio.example"
KEY = SigningKey.from_pem(make_signing_key_pem())
TOKENS = AccessTokens([KEY], ISSUER)


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims, with some changed; None takes one away."""
    now = int(time.time())
    all_claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "authenticated",
        "sub": str(uuid4()),
        "role": "authenticated",
        "session_id": str(uuid4()),
        "aal": "aal1",
        "iat": now,
        "exp": now + 600,
        **changes,
    }
    return {name: value for name, value in all_claims.items() if value is not None}


def signed(content: dict[str, Any], *, headers: dict[str, Any] | None = None) -> str:
    """A token of our own key."""
    return jwt.encode(
        content, KEY.private, algorithm="ES256", headers={"typ": "at+jwt", "kid": KEY.kid, **(headers or {})}
    )


def test_our_own_token_is_accepted() -> None:
    """It names account, session and its end."""
    account, session = uuid4(), uuid4()
    caller = TOKENS.verify(TOKENS.issue(account, session))
    assert (caller.account_id, caller.session_id, caller.aal) == (account, session, "aal1")
    assert 0 <= ACCESS_TOKEN_LIFE_S - (caller.expires_at - time.time()) < 5


def test_a_retired_key_still_verifies() -> None:
    """The first key signs; those after it are known."""
    new = SigningKey.from_pem(make_signing_key_pem())
    both = AccessTokens([new, KEY], ISSUER)
    assert both.verify(TOKENS.issue(uuid4(), uuid4()))
    assert jwt.get_unverified_header(both.issue(uuid4(), uuid4()))["kid"] == new.kid
    assert [key["kid"] for key in both.key_set()["keys"]] == [new.kid, KEY.kid]
    assert "d" not in both.key_set()["keys"][0]


def test_clocks_may_differ_a_little() -> None:
    """Half a minute after its end a token works, a second later not."""
    now = time.time()
    assert TOKENS.verify(signed(claims(exp=now - LEEWAY_S + 5)))
    with pytest.raises(ServiceError):
        TOKENS.verify(signed(claims(exp=now - LEEWAY_S - 1)))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "role", "session_id", "aal", "iat", "exp"])
def test_every_claim_is_needed(name: str) -> None:
    """A token without it is refused."""
    with pytest.raises(ServiceError, match="unauthenticated"):
        TOKENS.verify(signed(claims(**{name: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "anon"},
        {"role": "service_role"},
        {"sub": "1 or true"},
        {"sub": 7},
        {"session_id": "x"},
        {"exp": "soon"},
        {"iat": int(time.time()) + 3600},
    ],
)
def test_every_claim_is_compared(changes: dict[str, Any]) -> None:
    """A good signature does not make up for a wrong claim."""
    with pytest.raises(ServiceError, match="unauthenticated"):
        TOKENS.verify(signed(claims(**changes)))


def forged() -> dict[str, str]:
    """Tokens that somebody without our key would try."""
    other = ec.generate_private_key(ec.SECP256R1())
    public_pem = KEY.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    hmac_with_public_key = base64.urlsafe_b64encode(
        json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}).encode()
    ).rstrip(b"=")
    head = {"typ": "at+jwt", "kid": KEY.kid}
    good = signed(claims())
    return {
        "none": jwt.encode(claims(), "", algorithm="none", headers=head),
        "foreign key, our kid": jwt.encode(claims(), other, algorithm="ES256", headers=head),
        "foreign kid": signed(claims(), headers={"kid": "other"}),
        "no kid": jwt.encode(claims(), KEY.private, algorithm="ES256", headers={"typ": "at+jwt"}),
        "wrong type": signed(claims(), headers={"typ": "JWT"}),
        "hmac with the public key": f"{hmac_with_public_key.decode()}.{good.split('.')[1]}."
        + base64.urlsafe_b64encode(
            jwt.get_algorithm_by_name("HS256").sign(good.encode(), public_pem[:64])
        ).decode(),
        "rsa": jwt.encode(claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256", headers=head),
        "other curve": jwt.encode(
            claims(), ec.generate_private_key(ec.SECP384R1()), algorithm="ES384", headers=head
        ),
        "key by reference": signed(
            claims(), headers={"kid": "x", "jku": "https://evil.example/jwks.json", "jwk": {}}
        ),
        "kid that is no text": good.replace(
            good.split(".")[0],
            base64.urlsafe_b64encode(b'{"alg":"ES256","typ":"at+jwt","kid":["a"]}').rstrip(b"=").decode(),
        ),
        "changed payload": good.split(".")[0]
        + "."
        + signed(claims()).split(".")[1]
        + "."
        + good.split(".")[2],
        "cut off": good[:-4],
        "refresh token of ours": RefreshTokens("k" * 32).encode(uuid4(), 0),
        "empty": "",
        "nonsense": "a.b.c",
    }


@pytest.mark.parametrize("name", sorted(forged()))
def test_a_forged_token_is_refused(name: str) -> None:
    """401, whatever is wrong with it."""
    with pytest.raises(ServiceError, match="unauthenticated"):
        TOKENS.verify(forged()[name])


def test_only_p256_private_keys_sign() -> None:
    """A wrong key stops the service when it starts, not when somebody signs in."""
    rsa_pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = KEY.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for pem in (rsa_pem.decode(), public_pem.decode(), "", "nonsense"):
        with pytest.raises(ValueError, match="key"):
            read_signing_keys(pem)
    assert len(read_signing_keys(make_signing_key_pem() + make_signing_key_pem())) == 2
