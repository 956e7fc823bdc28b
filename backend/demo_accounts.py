"""The demo's three people, for embedded and seeded databases only.

Their password is public and weaker than the service demands: never seed a database that matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from backend.accounts.passwords import hash_password

PASSWORD = "demo-visio"  # noqa: S105 - public on purpose, for databases that hold nothing


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One of the demo's people."""

    email: str
    role: str
    full_name: str


ACCOUNTS = (
    DemoAccount("mikl@demo.visio", "operator", "MiKL"),
    DemoAccount("alice@demo.visio", "client", "Alice Laurent"),
    DemoAccount("bob@demo.visio", "client", "Bob Moreau"),
)


def seed(admin_dsn: str) -> None:
    """Make the demo's accounts, or give them back their names and password."""
    # One hash for all: they share the password, and start-up should be quick.
    password_hash = hash_password(PASSWORD)
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("set local role visio_definer")
        for account in ACCOUNTS:
            connection.execute(
                "select private.provision_account(%s, %s, %s, %s)",
                [account.email, account.role, account.full_name, password_hash],
            )
