"""A small OpenID provider that a test decides about: discovery, authorization, token, keys, over HTTP.

It keeps the rules of its side (client's secret, redirect address, PKCE, one use of a code), so that
the service's side of them is tested against something that bites.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "mikl-visio"
CLIENT_SECRET = "provider-secret-81a4"


@dataclass(slots=True)
class OpenIdProvider:
    """The provider.

    Attributes:
        url: its address, and its name in tokens.
        person: claims about whoever is signed in there; None refuses him.
        changes: claims of the ID token that are not as they should be; None takes one away.
        algorithm: of the signature.
        headers: of the ID token, besides the usual.
        publishes_key: False leaves the signing key out of the key set.
        away: answers nothing but 503.
        questions: the query of every visit to the authorization endpoint.
        discovery: what it says of itself besides the truth.
    """

    url: str = ""
    person: dict[str, Any] | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    headers: dict[str, Any] = field(default_factory=dict)
    publishes_key: bool = True
    away: bool = False
    questions: list[dict[str, str]] = field(default_factory=list)
    discovery: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    kid: str = "key-1"
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def change_key(self) -> None:
        """Sign with a new key from now on."""
        self.key = rsa.generate_private_key(65537, 2048)
        self.kid = secrets.token_hex(4)

    async def describe(self, _: web.Request) -> web.Response:
        """Discovery document."""
        return self._answer(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                **self.discovery,
            }
        )

    async def keys(self, _: web.Request) -> web.Response:
        """The key set; never empty, a key of another name stays in it."""
        algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
        public = algorithm.to_jwk(self.key.public_key(), as_dict=True)
        kid = self.kid if self.publishes_key else "somebody-elses"
        return self._answer({"keys": [{**public, "kid": kid, "use": "sig", "alg": "RS256"}]})

    async def authorize(self, request: web.Request) -> web.Response:
        """The person is signed in here already: back at once, with a code or a refusal."""
        asked = dict(request.query)
        self.questions.append(asked)
        back = asked["redirect_uri"]
        if self.person is None:
            raise web.HTTPFound(f"{back}?error=access_denied&state={asked['state']}")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        raise web.HTTPFound(f"{back}?code={code}&state={asked['state']}")

    async def token(self, request: web.Request) -> web.Response:
        """Code for ID token, once, for the client that shows its secret and the code's verifier."""
        form = await request.post()
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if "client_secret_post" in self.discovery.get("token_endpoint_auth_methods_supported", ()):
            is_known = (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        else:
            is_known = request.headers.get("Authorization") == f"Basic {expected}"
        if not is_known:
            return web.json_response({"error": "invalid_client"}, status=401)
        asked = self._codes.pop(str(form.get("code")), None)
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked.get("code_challenge_method") != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **(self.person or {}),
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        signing: Any = {"RS256": self.key, "none": ""}.get(self.algorithm, "s" * 40)
        id_token = jwt.encode(
            claims, signing, algorithm=self.algorithm, headers={"kid": self.kid, **self.headers}
        )
        return self._answer({"access_token": "opaque", "token_type": "Bearer", "id_token": id_token})

    def _answer(self, content: dict[str, Any]) -> web.Response:
        if self.away:
            return web.Response(status=503)
        return web.json_response(content)


@asynccontextmanager
async def openid_provider() -> AsyncIterator[OpenIdProvider]:
    """A provider on a free port."""
    provider = OpenIdProvider()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.describe)
    app.router.add_get("/keys", provider.keys)
    app.router.add_get("/authorize", provider.authorize)
    app.router.add_post("/token", provider.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        provider.url = f"http://127.0.0.1:{port}"
        yield provider
    finally:
        await runner.cleanup()
