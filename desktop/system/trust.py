"""Whom to trust on encrypted connections: the system's authorities, and a certificate that was named.

The system's store holds a company's own authority where IT has put one there. A server with a
certificate of its own making is trusted only by the setting `trusted_certificate`, which names that
certificate; there is no way to trust everybody.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import truststore


def trust_context(certificate: Path | None) -> ssl.SSLContext:
    """What a client checks a server's certificate against, its name included.

    Args:
        certificate: a PEM file with one or more certificates to trust besides the system's.

    Raises:
        OSError: the file cannot be read, or holds no certificate (`ssl.SSLError`).
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificate is not None:
        context.load_verify_locations(certificate)
    return context
