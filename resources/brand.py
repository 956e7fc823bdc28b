"""Every brand name, id and scheme of the products: a rebrand is an edit of this one file."""

from __future__ import annotations

from dataclasses import dataclass

ORGANISATION = "MiKL"
ORGANISATION_DOMAIN = "mikl.example"
DISTRIBUTION = "mikl-visio"
URL_SCHEME = "mikl"
POLICY_NAME = "Visio"
"""Under the organisation's name: the registry key of policies, shared by both apps."""
ENVIRONMENT_PREFIX = "VISIO_"
KEYRING_SERVICE = "mikl-visio"
"""Name under which the operating system's secret store keeps the refresh token."""
SESSION_ID_PREFIX = "mtg_"
"""OpenVidu sessions with this prefix are ours."""


@dataclass(frozen=True, slots=True)
class Product:
    """One of the two apps.

    Attributes:
        name: shown to people.
        program: file name of the executable.
        application_id: reverse-domain id for desktop files, bundles and window classes.
    """

    name: str
    program: str
    application_id: str


HUB = Product(name="MiKL Hub", program="mikl-hub", application_id="example.mikl.hub")
PARTICIPANT = Product(name="MiKL Visio", program="mikl-visio", application_id="example.mikl.visio")
