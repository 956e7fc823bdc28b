"""The whole life of the service's .deb on a clean Debian 12: `dev.py package verify-server`.

Installed by apt with its maintainer scripts, beside Debian's own PostgreSQL; migrated, served, backed up,
restored, upgraded and purged. There is no systemd in a chroot: what a unit would do (`ExecStart`,
`Environment`, `LoadCredential`, an unprivileged user) is read from the installed unit and done by hand.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installers.clean_root import USER_ID, CleanRoot
from installers.environment import WORK, BuildError, fresh, say
from installers.installed_check import next_patch

Evidence = dict[str, Any]
PACKAGE = "mikl-service"
UNITS = "/lib/systemd/system"
SECRETS = "/etc/mikl-visio/credentials"
BACKUPS = "/var/lib/mikl-visio-backup"
OPERATOR, OPERATOR_PASSWORD = "mikl@example.org", "four words and a lamp"
LOGIN_PASSWORD = "between-service-and-database"  # noqa: S105
ADMINISTRATOR_PASSWORD = "of-the-administrator"  # noqa: S105
ANSWER_S = 60.0
POLL_S = 0.2


class ServiceCheck:
    """The steps, in their order, over one clean root.

    Args:
        build: `packaging/server/build.py`, which makes the package.
        version: the first version; the upgrade is to the next.
        out: where the packages and the report go.
    """

    def __init__(self, build: Any, version: str, out: Path) -> None:
        self._build = build
        self._versions = (version, next_patch(version))
        self._out = out
        self._shared = fresh(WORK / "shared-service")
        self.root = CleanRoot(WORK / "root-service", WORK / "clean-root.tar", self._shared)
        self._database_port, self._port, self._metrics_port = _free_port(), _free_port(), _free_port()
        self._serving: subprocess.Popen[bytes] | None = None
        self._before: set[str] = set()

    def run(self) -> Evidence:
        """Every step; the first that fails ends it.

        Raises:
            BuildError: with what was expected and what was seen.
        """
        steps: tuple[tuple[str, Callable[[], Evidence]], ...] = (
            ("packages", self.packages),
            ("database", self.database),
            ("install", self.install),
            ("migrate", self.migrate),
            ("serve", self.serve),
            ("backup", self.backup),
            ("upgrade", self.upgrade),
            ("restore", self.restore),
            ("purge", self.purge),
        )
        evidence: Evidence = {}
        try:
            for name, step in steps:
                say(f"verify-server: {name}")
                evidence[name] = step()
        finally:
            self._stop()
            self._postgres("stop")
            (self._out / "verify-server.json").write_text(json.dumps(evidence, indent=1) + "\n", "utf-8")
        return evidence

    # ------------------------------------------------------------------ steps

    def packages(self) -> Evidence:
        """The package in two versions."""
        made = []
        of_source = self._build.version
        try:
            for version in self._versions:
                self._build.version = lambda version=version: version
                deb = self._build.build_deb(self._shared)
                made.append(deb.name)
        finally:
            self._build.version = of_source
        return {"files": made}

    def database(self) -> Evidence:
        """Debian's PostgreSQL, as IT has it."""
        self.root.make()
        self.root.apt("update")
        self.root.apt("install", "--no-install-recommends", "postgresql", "python3")
        (folder,) = (self.root.folder / "etc/postgresql").glob("*/main")
        self._cluster = (folder.parent.name, "main")
        for name, value in (("port", self._database_port), ("listen_addresses", "localhost")):
            self.root.run(["pg_conftool", *self._cluster, "set", name, str(value)])
        self._postgres("start")
        self._as_postgres("createdb", "visio")
        self._sql(f"create role administrator superuser login password '{ADMINISTRATOR_PASSWORD}'")
        self._before = self.root.files()
        return {"version": self._cluster[0]}

    def install(self) -> Evidence:
        """By apt, which runs the maintainer scripts; secrets and settings as docs/operations.md says."""
        self.root.apt("install", "--no-install-recommends", f"/srv/shared/{self._deb(0)}")
        folder = self.root.folder / SECRETS.lstrip("/")
        modes = {each.name: oct(each.stat().st_mode & 0o777) for each in sorted(folder.iterdir())}
        if set(modes.values()) != {"0o600"} or folder.stat().st_mode & 0o777 != 0o700:
            raise BuildError(f"secrets that others can read: {modes}")
        self.root.run(["mikl-service", "make-keys", "--out", "/root/keys"])
        for each in (self.root.folder / "root/keys").iterdir():
            (folder / each.name).write_bytes(each.read_bytes())
        at = f"127.0.0.1:{self._database_port}/visio"
        secrets = {
            "admin_database_url": f"postgresql://administrator:{ADMINISTRATOR_PASSWORD}@{at}",
            "login_password": LOGIN_PASSWORD,
            "database_url": f"postgresql://visio_api:{LOGIN_PASSWORD}@{at}",
            "openvidu_secret": "shared with the media server",
            "openvidu_webhook_secret": "shared with the media server, the other way",
            "smtp_password": "of the mail server",
        }
        for name, text in secrets.items():
            (folder / name).write_text(text, encoding="ascii")
        settings = self.root.folder / "etc/mikl-visio/service.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace("metrics_port = 9464", f"metrics_port = {self._metrics_port}"), "utf-8"
        )
        units = sorted(each.name for each in (self.root.folder / UNITS.lstrip("/")).glob("mikl-service*"))
        return {"secrets": modes, "units": units}

    def migrate(self) -> Evidence:
        """As `mikl-service-migrate.service` does it."""
        command, environment = self._unit("mikl-service-migrate.service")
        self.root.run(command, as_user=True, env=environment)
        applied = self._sql("select count(*) from private.schema_migrations")
        password = {"VISIO_OPERATOR_PASSWORD": OPERATOR_PASSWORD, **environment}
        create = ["mikl-service", "create-operator", "--email", OPERATOR, "--name", "MiKL"]
        self.root.run(create, as_user=True, env=password)
        return {"migrations": int(applied)}

    def serve(self) -> Evidence:
        """As `mikl-service.service` does it, as nobody in particular."""
        self._start()
        ready = self._get("/readyz")
        return {"ready": ready, "log_in": self._log_in(), "writes": self._owned_by_the_service()}

    def backup(self) -> Evidence:
        """As `mikl-service-backup.service` does it, while the service runs."""
        self.root.run(["install", "-d", "-o", "postgres", "-m", "0700", BACKUPS])
        copy = self._as_postgres("/usr/bin/mikl-service-backup", BACKUPS).strip().splitlines()[-1]
        held = sorted(each.name for each in (self.root.folder / copy.lstrip("/")).iterdir())
        if held != ["SHA256SUMS", "contents.txt", "database.dump", "roles.sql"]:
            raise BuildError(f"the copy holds {held}")
        return {"copy": copy, "holds": held}

    def upgrade(self) -> Evidence:
        """In place, over a service that runs; what IT has set stays."""
        settings = (self.root.folder / "etc/mikl-visio/service.toml").read_bytes()
        self.root.apt("install", "--no-install-recommends", f"/srv/shared/{self._deb(1)}")
        if (self.root.folder / "etc/mikl-visio/service.toml").read_bytes() != settings:
            raise BuildError("the upgrade has touched the settings")
        during = self._log_in()  # the version before still serves
        self.migrate_again()
        self._stop()
        self._start()
        return {"version": self._installed(), "log_in_during": during, "log_in_after": self._log_in()}

    def migrate_again(self) -> None:
        """What the maintainer script asks systemd for."""
        command, environment = self._unit("mikl-service-migrate.service")
        self.root.run(command, as_user=True, env=environment)

    def restore(self) -> Evidence:
        """The copy into a server that has lost its database."""
        self._stop()
        self._as_postgres("dropdb", "visio")
        (copy,) = (each for each in (self.root.folder / BACKUPS.lstrip("/")).iterdir())
        said = self._as_postgres("/usr/bin/mikl-service-restore", f"{BACKUPS}/{copy.name}")
        self.migrate_again()
        self._start()
        return {"said": said.strip().splitlines()[-1], "log_in": self._log_in()}

    def purge(self) -> Evidence:
        """Nothing stays but the copies, which are somebody's property."""
        self._stop()
        self.root.apt("purge", PACKAGE)
        self.root.apt("autoremove", "--purge")
        left = sorted(self.root.files() - self._before)
        shutil.rmtree(self.root.folder / "root/keys")
        strange = [
            each
            for each in left
            if not each.startswith((BACKUPS, "/root/keys", "/var/lib/dpkg", "/var/lib/postgresql", "/run/"))
            and "__pycache__" not in each
        ]
        if strange:
            raise BuildError(f"left behind: {strange[:20]}")
        if not any(each.startswith(f"{BACKUPS}/") for each in left):
            raise BuildError("the copies of the database went with the package")
        return {"copies_kept": True, "left": strange}

    # ------------------------------------------------------------------ pieces

    def _unit(self, name: str) -> tuple[list[str], dict[str, str]]:
        """The command of an installed unit, and its environment; its credentials are laid out."""
        text = (self.root.folder / UNITS.lstrip("/") / name).read_text(encoding="utf-8")
        credentials = f"/run/credentials/{name}"
        folder = self.root.folder / credentials.lstrip("/")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for credential, source in re.findall(r"^LoadCredential=(\w+):(\S+)$", text, re.M):
            target = folder / credential
            target.write_bytes((self.root.folder / source.lstrip("/")).read_bytes())
            target.chmod(0o400)
        self.root.run(["chown", "-R", f"{USER_ID}:{USER_ID}", credentials])
        environment = dict(re.findall(r"^Environment=(\w+)=(.+)$", text, re.M))
        found = re.search(r"^ExecStart=(.+)$", text, re.M)
        if found is None:
            raise BuildError(f"{name}: no ExecStart")
        # The port is the host's: another program may have 8000.
        command = found[1].replace("--port 8000", f"--port {self._port}").split()
        return command, {key: value.replace("%d", credentials) for key, value in environment.items()}

    def _start(self) -> None:
        command, environment = self._unit("mikl-service.service")
        log = (self._out / "verify-server.log").open("ab")
        self._serving = subprocess.Popen(
            self.root.command(command, as_user=True, env=environment), stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + ANSWER_S
        while True:
            try:
                self._get("/livez")
                return
            except OSError as error:
                if self._serving.poll() is not None or time.monotonic() > deadline:
                    raise BuildError(
                        f"the service does not answer: {error}; see verify-server.log"
                    ) from error
            time.sleep(POLL_S)

    def _stop(self) -> None:
        serving, self._serving = self._serving, None
        if serving is not None:
            serving.terminate()
            if serving.wait(30) not in {0, -15, 143}:
                raise BuildError(f"the service ended with {serving.returncode}")

    def _get(self, path: str) -> Any:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise BuildError(f"{path}: {error.code} {error.read()[:300]!r}") from error

    def _log_in(self) -> str:
        """Who the operator is, by the API: the whole way through roles and row security."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/v1/auth/login",
            data=json.dumps({"email": OPERATOR, "password": OPERATOR_PASSWORD}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (our own loopback)
                found = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise BuildError(f"log-in: {error.code} {error.read()[:300]!r}") from error
        return str(found["user"]["role"])

    def _owned_by_the_service(self) -> list[str]:
        """Files that the service has written: none are expected."""
        said = self.root.run(["find", "/etc", "/usr", "/var", "-xdev", "-uid", str(USER_ID)]).stdout
        found = [each for each in said.splitlines() if each]
        if found:
            raise BuildError(f"the service writes: {found[:10]}")
        return found

    def _deb(self, index: int) -> str:
        return f"{PACKAGE}_{self._versions[index]}_amd64.deb"

    def _installed(self) -> str:
        return self.root.run(["dpkg-query", "-W", "-f", "${Version}", PACKAGE]).stdout

    def _postgres(self, what: str) -> None:
        if hasattr(self, "_cluster"):
            self.root.run(["pg_ctlcluster", *self._cluster, what], allowed=(0, 2))

    def _as_postgres(self, *words: str) -> str:
        environment = ["env", f"PGPORT={self._database_port}", "PGDATABASE=visio"]
        return self.root.run(["runuser", "-u", "postgres", "--", *environment, *words]).stdout

    def _sql(self, statement: str) -> str:
        return self._as_postgres(
            "psql", "--no-psqlrc", "--tuples-only", "--no-align", "-c", statement
        ).strip()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def verify_server(build: Any, version: str, out: Path) -> Evidence:
    """Every step on a clean Debian.

    Raises:
        BuildError: with what was expected and what was seen.
    """
    return ServiceCheck(build, version, out).run()
