"""Access tokens: made here, checked here, and the dependency that says who is calling.

ES256, ten minutes, our own keys only. The token names an account and a sign-in session; what the
account may do is not in it, the database decides that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import Depends, Request

from backend.database import Caller
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode

ACCESS_TOKEN_LIFE_S = 600
LEEWAY_S = 30
_AUDIENCE = "authenticated"
_TYPE = "at+jwt"
_ALGORITHM = "ES256"
_REQUIRED = ["iss", "aud", "sub", "role", "session_id", "aal", "iat", "exp"]
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One P-256 key.

    Attributes:
        kid: RFC 7638 thumbprint of the public half: names the key in tokens and in the key set.
        private: signs.
        jwk: the public half as it is published.
    """

    kid: str
    private: ec.EllipticCurvePrivateKey
    jwk: dict[str, str]

    @classmethod
    def from_pem(cls, pem: str) -> SigningKey:
        """Read a PKCS#8 or SEC 1 private key.

        Raises:
            ValueError: it is not a P-256 private key.
        """
        try:
            private = serialization.load_pem_private_key(pem.encode(), password=None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError("a signing key must be an unencrypted P-256 private key (PEM)") from error
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("a signing key must be an unencrypted P-256 private key (PEM)")
        point = private.public_key().public_numbers()
        public = {"crv": "P-256", "kty": "EC", "x": _b64(point.x), "y": _b64(point.y)}
        # RFC 7638 §3: the required members, sorted, without spaces.
        canonical = json.dumps(public, sort_keys=True, separators=(",", ":")).encode()
        kid = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
        return cls(kid, private, {**public, "kid": kid, "use": "sig", "alg": _ALGORITHM})


def make_signing_key_pem() -> str:
    """A new P-256 private key, PKCS#8 PEM."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def make_refresh_key() -> str:
    """A new key for the refresh tokens' HMAC."""
    return secrets.token_urlsafe(48)


def read_signing_keys(pem: str) -> list[SigningKey]:
    """Several PEM blocks, one after the other; the first signs, all verify.

    Raises:
        ValueError: there is none, or one is no P-256 private key.
    """
    keys = [SigningKey.from_pem(block) for block in _PEM.findall(pem)]
    if not keys:
        raise ValueError("no signing key found (PEM expected)")
    return keys


class AccessTokens:
    """Makes and checks access tokens for one issuer."""

    def __init__(self, keys: list[SigningKey], issuer: str) -> None:
        self._keys = {key.kid: key for key in keys}
        self._signing = keys[0]
        self._issuer = issuer

    def issue(self, account_id: UUID, session_id: UUID, *, aal: str = "aal1") -> str:
        """A token for `ACCESS_TOKEN_LIFE_S` seconds."""
        now = int(time.time())
        return jwt.encode(
            {
                "iss": self._issuer,
                "aud": _AUDIENCE,
                "sub": str(account_id),
                "role": "authenticated",
                "session_id": str(session_id),
                "aal": aal,
                "iat": now,
                "exp": now + ACCESS_TOKEN_LIFE_S,
            },
            self._signing.private,
            algorithm=_ALGORITHM,
            headers={"typ": _TYPE, "kid": self._signing.kid},
        )

    def verify(self, token: str) -> Caller:
        """Who the token speaks for.

        Raises:
            ServiceError: `UNAUTHENTICATED`, whatever is wrong with it.
        """
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(header.get("kid", ""))
            if key is None or header.get("typ") != _TYPE:
                raise ServiceError(ApiErrorCode.UNAUTHENTICATED)
            claims: dict[str, Any] = jwt.decode(
                token,
                key.private.public_key(),
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": _REQUIRED},
            )
            if claims["role"] != "authenticated":
                raise ServiceError(ApiErrorCode.UNAUTHENTICATED)
            return Caller(
                UUID(claims["sub"]), UUID(claims["session_id"]), str(claims["aal"]), float(claims["exp"])
            )
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise ServiceError(ApiErrorCode.UNAUTHENTICATED) from error

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, as `/.well-known/jwks.json` gives them."""
        return {"keys": [key.jwk for key in self._keys.values()]}


async def authenticated(request: Request) -> Caller:
    """Dependency: the caller, by the `Authorization: Bearer` header.

    Raises:
        ServiceError: `UNAUTHENTICATED` without a valid token.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ServiceError(ApiErrorCode.UNAUTHENTICATED)
    tokens: AccessTokens = request.app.state.services.access_tokens
    return tokens.verify(token.strip())


Authenticated = Annotated[Caller, Depends(authenticated)]


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
