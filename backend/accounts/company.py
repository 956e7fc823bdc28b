"""The company's own log-in, as OpenID Connect defines it (Core 1.0, Discovery 1.0; RFC 7636).

The service is the confidential client: it sends the browser to the provider with state, nonce and a
code challenge, exchanges the code that comes back, and checks the ID token. What the app gets in the
end is a code of ours (`company_routes.py`), never anything of the provider's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
import jwt
import structlog

from backend.auth import LEEWAY_S
from backend.config import Settings
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode

log = structlog.stdlib.get_logger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]
"""Signatures with the provider's own keys; never one with a shared secret, nor none."""
_SCOPE = "openid email"
_METADATA_KEPT_S = 3600.0
_TIMEOUT_S = 5.0
_REQUIRED = ["iss", "aud", "sub", "exp", "iat", "nonce"]


class CompanyRefusedError(Exception):
    """The provider's answer proves nobody; the message says why, without anything private."""


@dataclass(frozen=True, slots=True)
class CompanyPerson:
    """Whom the provider vouches for.

    Attributes:
        issuer: the provider.
        subject: its name for the person, which never changes.
        email: an address it has verified; None when it says nothing of the kind.
    """

    issuer: str
    subject: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is sent to the provider with.

    Attributes:
        url: where to send it.
        state: comes back with the answer.
        nonce: comes back inside the ID token.
        verifier: proves to the provider that the code was meant for us.
    """

    url: str
    state: str
    nonce: str
    verifier: str


class Company:
    """The provider, and what it publishes of itself."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is asked before the first log-in.

        Args:
            settings: with `oidc_issuer`, `oidc_client_id`, `oidc_client_secret`, `public_url`.
        """
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        assert settings.oidc_client_secret is not None
        self.issuer = settings.oidc_issuer
        self.name = settings.oidc_name
        self._client_id = settings.oidc_client_id
        self._redirect = f"{(settings.public_url or '').rstrip('/')}/v1/auth/company/callback"
        self._client_secret = settings.oidc_client_secret.get_secret_value()
        self._http = httpx.AsyncClient(
            timeout=_TIMEOUT_S,
            trust_env=False,
            verify=ssl.create_default_context(cafile=settings.oidc_ca),
        )
        self._metadata: dict[str, Any] | None = None
        self._keys: jwt.PyJWKSet | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections kept open."""
        await self._http.aclose()

    async def question(self) -> Question:
        """A new question to the provider.

        Raises:
            ServiceError: `IDENTITY_UNAVAILABLE`.
        """
        metadata = await self._published()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = httpx.URL(metadata["authorization_endpoint"]).copy_merge_params(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._redirect,
                "scope": _SCOPE,
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge_of(verifier),
                "code_challenge_method": "S256",
            }
        )
        return Question(str(url), state, nonce, verifier)

    async def answer(self, code: str, *, nonce: str, verifier: str) -> CompanyPerson:
        """Exchange the provider's code and read who it is about.

        Raises:
            CompanyRefusedError: the provider or its ID token proves nobody.
            ServiceError: `IDENTITY_UNAVAILABLE`.
        """
        id_token = await self._id_token(code, verifier)
        claims = await self._claims(id_token)
        if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise CompanyRefusedError("ID token: nonce")
        # With several audiences the token must say that it was made for us (Core 1.0 §3.1.3.7).
        is_ours_alone = claims["aud"] in (self._client_id, [self._client_id])
        if claims.get("azp", self._client_id if is_ours_alone else None) != self._client_id:
            raise CompanyRefusedError("ID token: azp")
        is_verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return CompanyPerson(self.issuer, str(claims["sub"]), claims["email"] if is_verified else None)

    async def _id_token(self, code: str, verifier: str) -> str:
        """The token endpoint's answer (RFC 6749 §4.1.3), with the secret as the provider takes it."""
        metadata = await self._published()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": verifier,
        }
        auth: httpx.Auth = httpx.Auth()
        # The default of Discovery 1.0 §3, where nothing is said.
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways:
            # Form-encoded before they are joined (RFC 6749 §2.3.1).
            auth = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        try:
            answer = await self._http.post(metadata["token_endpoint"], data=form, auth=auth)
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        if answer.status_code in {400, 401}:
            raise CompanyRefusedError(f"token endpoint: {answer.status_code}")
        if not answer.is_success or not isinstance(content, dict):
            raise ServiceError(
                ApiErrorCode.IDENTITY_UNAVAILABLE, detail=f"token endpoint: {answer.status_code}"
            )
        id_token = content.get("id_token")
        if not isinstance(id_token, str):
            raise CompanyRefusedError("no ID token")
        return id_token

    async def _claims(self, id_token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            key = await self._key(header.get("kid"))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                audience=self._client_id,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise CompanyRefusedError(f"ID token: {type(error).__name__}") from error
        return claims

    async def _key(self, kid: str | None) -> jwt.PyJWK:
        await self._published()
        assert self._keys is not None
        found = _find(self._keys, kid)
        if found is None:
            # Keys change: ask once more, for everybody who comes with the new one.
            await self._published(anew=True)
            found = _find(self._keys, kid)
        if found is None:
            raise CompanyRefusedError("ID token: unknown key")
        return found

    async def _published(self, *, anew: bool = False) -> dict[str, Any]:
        """What the provider says of itself, and its keys; kept for an hour."""
        async with self._lock:
            age_s = time.monotonic() - self._read_at
            # However often somebody shows unknown keys: the provider is asked twice a minute at most.
            is_fresh = age_s < (30.0 if anew else _METADATA_KEPT_S)
            if self._metadata is not None and is_fresh:
                return self._metadata
            metadata = await self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.issuer:
                log.error("the company's log-in names another issuer than the settings")
                raise ServiceError(ApiErrorCode.IDENTITY_UNAVAILABLE, detail="another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if urlsplit(str(metadata.get(name))).scheme != urlsplit(self.issuer).scheme:
                    raise ServiceError(ApiErrorCode.IDENTITY_UNAVAILABLE, detail=f"{name} of another kind")
            try:
                self._keys = jwt.PyJWKSet.from_dict(await self._fetch(metadata["jwks_uri"]))
            except jwt.PyJWTError as error:
                raise _unavailable(error) from error
            self._metadata = metadata
            self._read_at = time.monotonic()
            return metadata

    async def _fetch(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(url)
            answer.raise_for_status()
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        if not isinstance(content, dict):
            raise ServiceError(ApiErrorCode.IDENTITY_UNAVAILABLE, detail="an answer that is no object")
        return content


def challenge_of(verifier: str) -> str:
    """The challenge that belongs to a verifier (RFC 7636 §4.2, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def company_of(settings: Settings) -> Company | None:
    """The provider of the settings; None when the log-in is the service's own alone."""
    return None if settings.oidc_issuer is None else Company(settings)


def _find(keys: jwt.PyJWKSet, kid: str | None) -> jwt.PyJWK | None:
    if kid is None:
        # A provider with one key need not name it.
        return keys.keys[0] if len(keys.keys) == 1 else None
    return next((key for key in keys.keys if key.key_id == kid), None)


def _unavailable(error: Exception) -> ServiceError:
    log.warning("the company's log-in does not answer", error=type(error).__name__)
    return ServiceError(ApiErrorCode.IDENTITY_UNAVAILABLE, detail=type(error).__name__)
