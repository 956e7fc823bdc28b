"""`python -m backend [serve|migrate|seed-demo|create-operator|make-keys]`: the service on a given PostgreSQL.

    VISIO_DATABASE_URL         the service's log-in role `visio_api`
    VISIO_JOBS_DATABASE_URL    its second log-in role `visio_jobs`; by default the same address and password
    VISIO_ADMIN_DATABASE_URL   an administrator of the database, for the other commands
    VISIO_LOGIN_PASSWORD       `migrate` gives it to both log-in roles
    VISIO_CONFIG               a TOML file with these and all other settings; `--config FILE` is the same

`serve` prints one line of JSON on standard output when it answers; logs go to standard error.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from pathlib import Path

import psycopg
from email_validator import EmailNotValidError, validate_email

from backend import demo_accounts, logs, migrate
from backend.accounts.passwords import hash_password
from backend.auth import make_refresh_key, make_signing_key_pem
from backend.config import AdminSettings
from backend.production import read_settings
from backend.server import Server, run
from backend.settings_files import CONFIG_VARIABLE

PASSWORD_MIN, PASSWORD_MAX = 10, 128


class CommandError(Exception):
    """The command cannot be carried out; the message says why."""


def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM."""
    server = Server(read_settings(), host=options.host, port=options.port)

    def tell() -> None:
        print(json.dumps({"ready": True, "url": server.url}), flush=True)  # noqa: T201 - the contract

    run(server, tell)


def run_migrations(_: argparse.Namespace) -> None:
    """Bring the database to this version's schema; VISIO_LOGIN_PASSWORD sets the log-in roles' password."""
    settings = AdminSettings()
    migrate.migrate(settings.admin_dsn)
    if settings.login_password is not None:
        password = settings.login_password.get_secret_value()
        migrate.set_login_passwords(settings.admin_dsn, dict.fromkeys(migrate.LOGIN_ROLES, password))


def seed_demo(_: argparse.Namespace) -> None:
    """Make the demo's accounts. Their password is public."""
    settings = AdminSettings()
    if settings.mode == "production":
        raise CommandError("VISIO_MODE=production: the demo's accounts have a public password; not made")
    demo_accounts.seed(settings.admin_dsn)


def make_keys(options: argparse.Namespace) -> None:
    """Write the keys that production demands, each to a file of its own that only its owner can read."""
    folder: Path = options.out
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {
        "signing_keys": make_signing_key_pem(),
        "refresh_key": make_refresh_key(),
        "totp_key": make_refresh_key(),
    }
    for name, value in made.items():
        # Exclusive: a key that is lost ends every session, or every second factor.
        with open(folder / name, "x", opener=_for_owner_alone, encoding="ascii") as file:
            file.write(value)
    for name in made:
        print(f'{name}_file = "{folder.resolve() / name}"')  # noqa: T201 - for the settings file


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def create_operator(options: argparse.Namespace) -> None:
    """Make an operator's account; the password comes from VISIO_OPERATOR_PASSWORD or from input."""
    settings = AdminSettings()
    try:
        # Whether the domain takes mail today is not the question here.
        email = validate_email(options.email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise CommandError(f"the address: {error}") from None
    if settings.operator_password is not None:
        password = settings.operator_password.get_secret_value()
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise CommandError(f"the password must have {PASSWORD_MIN} to {PASSWORD_MAX} characters")
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("set local role visio_definer")
        connection.execute(
            "select private.provision_account(%s, 'operator', %s, %s, p_is_admin => %s)",
            [email, options.name, hash_password(password), options.admin],
        )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m backend", description=__doc__.split("\n", 1)[0])
    top.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML; the environment wins")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve (the default)")
    for target in (top, serving):
        target.add_argument("--host", default="127.0.0.1", help="address to listen on")
        target.add_argument("--port", type=int, default=0, help="port to listen on; 0 for a free one")
        target.set_defaults(call=serve)
    commands.add_parser("migrate", help="bring the database to this version").set_defaults(
        call=run_migrations
    )
    commands.add_parser("seed-demo", help="make the demo's accounts").set_defaults(call=seed_demo)
    keys = commands.add_parser("make-keys", help="write the keys that production demands")
    keys.add_argument("--out", type=Path, required=True, metavar="DIR", help="where; nothing is overwritten")
    keys.set_defaults(call=make_keys)
    operator = commands.add_parser("create-operator", help="make an operator's account")
    operator.add_argument("--email", required=True)
    operator.add_argument("--name", required=True, help="full name, as clients see it")
    operator.add_argument("--admin", action="store_true", help="sees every operator's meetings")
    operator.set_defaults(call=create_operator)
    return top


def main() -> int:
    """Parse and act; 1 when the command could not be carried out."""
    options = parser().parse_args()
    logs.configure()
    if options.config is not None:
        os.environ[CONFIG_VARIABLE] = str(options.config)
    try:
        options.call(options)
    except (CommandError, ValueError, migrate.MigrationError, psycopg.Error, RuntimeError, OSError) as error:
        # Connection errors repeat the address, which may hold a password.
        text = logs.redact(None, "", {"message": str(error)})["message"]
        print(f"python -m backend: {text}", file=sys.stderr)  # noqa: T201 - the person at the keyboard
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
