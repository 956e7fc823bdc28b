"""HTTP clients for servers that tests run on loopback, without TLS.

An `httpx` client reads the system's certificate authorities when it is made: 60 ms of CPU, more than
most tests take. Nothing is trusted here instead, so that TLS fails rather than going unverified.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpx

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Verifies certificates and knows no authority: every TLS connection fails."""


def client_without_tls(base_url: str, **options: Any) -> httpx.AsyncClient:
    """A client for a server on loopback; no proxy of the environment comes between.

    Args:
        base_url: the server's address.
        **options: further arguments of `httpx.AsyncClient`.
    """
    return httpx.AsyncClient(base_url=base_url, verify=TRUSTS_NOBODY, trust_env=False, **options)
