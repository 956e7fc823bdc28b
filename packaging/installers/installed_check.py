"""The whole life of the Debian packages on a clean machine: `dev.py package verify`.

Install from the signed repository, refuse forged ones, run the self-tests, sign in by the keyboard,
open a meeting by its link and take part in it, upgrade in place, purge, and look for what is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from installers import debian, repository
from installers.clean_root import USER_ID, CleanRoot
from installers.environment import WORK, BuildError, fresh, say
from installers.host_servers import CLIENT, OPERATOR, PASSWORD, HostServers
from installers.products import COMMON, HUB_INSTALLABLE, PRODUCTS, VISIO_INSTALLABLE, Installable
from installers.repository import KEYRING
from installers.screen import Screen

Evidence = dict[str, Any]
PACKAGES = (COMMON.runtime_package, *(product.program for product in PRODUCTS))
TOOLS = ("xdg-utils", "desktop-file-utils", "dbus", "gnome-keyring", "fonts-dejavu-core")
"""What a desktop has: it opens links, keeps secrets and has a font."""

STARTED_S = 60.0
JOINED_S = 60.0


def next_patch(version: str) -> str:
    """The version after this one."""
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


class InstalledCheck:
    """The steps, in their order, over one clean root.

    Args:
        payload: what is packed.
        version: the first version; the upgrade is to the next.
        out: where the repository, the pictures and the report go.
    """

    def __init__(self, payload: Path, version: str, out: Path) -> None:
        self._payload = payload
        self._version = version
        self._out = out
        self._shared = fresh(WORK / "shared")
        self._pictures = out / "pictures"
        self._pictures.mkdir(parents=True, exist_ok=True)
        self.root = CleanRoot(WORK / "root", WORK / "clean-root.tar", self._shared)
        self._before: set[str] = set()

    def run(self) -> Evidence:
        """Every step; the first that fails ends it.

        Raises:
            BuildError: with what was expected and what was seen.
        """
        steps: tuple[tuple[str, Callable[[], Evidence]], ...] = (
            ("packages", self.build),
            ("clean_root", self.prepare),
            ("forgery", self.forgery),
            ("install", self.install),
            ("self_test", self.self_tests),
            ("link", self.link),
            ("meeting", self.meeting),
            ("upgrade", self.upgrade),
            ("purge", self.purge),
        )
        evidence: Evidence = {}
        try:
            for name, step in steps:
                began = time.monotonic()
                evidence[name] = step()
                evidence[name]["seconds"] = round(time.monotonic() - began, 1)
                say(f"{name}: passed")
        finally:
            shutil.rmtree(self.root.folder, ignore_errors=True)
        return evidence

    # ------------------------------------------------------------------ before

    def build(self) -> Evidence:
        """Two versions, each in a signed repository."""
        key = repository.signing_key(None)
        made: list[Path] = []
        needed = ""
        for number, version in enumerate((self._version, next_patch(self._version))):
            folder = fresh(WORK / f"verify-{number}")
            debs = debian.build_debs(self._payload, version, folder, needed)
            needed = debs.depends[COMMON.runtime_package]
            repository.publish(debs.packages, self._shared / f"apt-{number}", key)
            made = made or debs.packages
        return {"lintian": debian.lintian(made), "files": {each.name: each.stat().st_size for each in made}}

    def prepare(self) -> Evidence:
        """A clean root with what our packages need already there, so that the rest can be compared."""
        self.root.make()
        self.root.apt("update")
        self.root.apt("install", "--no-install-recommends", *TOOLS)
        self._use(0)
        self.root.apt("update")
        planned = self.root.apt("install", "--no-install-recommends", "--simulate", *PACKAGES).stdout
        needed = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
        ours = [name for name in needed if name in PACKAGES]
        if sorted(ours) != sorted(PACKAGES):
            raise BuildError(f"apt would install {ours}")
        others = [name for name in needed if name not in PACKAGES]
        self.root.apt("install", "--no-install-recommends", *others)
        self._before = self.root.files()
        return {"brought_by_depends": len(others)}

    def _use(self, number: int) -> None:
        """Point apt at one of the two repositories, as the IT guide says."""
        keyring = self.root.folder / "etc" / "apt" / "keyrings" / KEYRING
        keyring.parent.mkdir(exist_ok=True)
        shutil.copyfile(self._shared / f"apt-{number}" / KEYRING, keyring)
        entry = repository.sources_entry(
            Path(f"/srv/shared/apt-{number}"), Path("/etc/apt/keyrings") / KEYRING
        )
        (self.root.folder / "etc/apt/sources.list.d/mikl.sources").write_text(entry)

    def forgery(self) -> Evidence:
        """A changed index and a changed package are refused."""
        forged = self._shared / "apt-0"
        index = forged / "dists" / "stable" / "InRelease"
        genuine = index.read_bytes()
        index.write_bytes(genuine.replace(b"Codename: stable", b"Codename: stablf", 1))
        said = self.root.apt("update", "-o", "APT::Update::Error-Mode=any", allowed=(100,))
        index.write_bytes(genuine)
        if "BADSIG" not in said.stdout + said.stderr:
            raise BuildError(f"apt refused the forged index for another reason: {said.stderr}")
        self.root.apt("update")
        (package,) = forged.glob(f"pool/main/m/{VISIO_INSTALLABLE.program}/*.deb")
        genuine = package.read_bytes()
        middle = len(genuine) // 2
        package.write_bytes(genuine[:middle] + bytes([genuine[middle] ^ 1]) + genuine[middle + 1 :])
        refused = self.root.apt("install", *PACKAGES, allowed=(100,))
        package.write_bytes(genuine)
        if "Hash Sum mismatch" not in refused.stderr + refused.stdout:
            raise BuildError(f"apt refused the forged package for another reason: {refused.stderr}")
        return {"index": "refused: signature", "package": "refused: hash"}

    # ------------------------------------------------------------------ installed

    def install(self) -> Evidence:
        """From the repository, with its signature checked by apt."""
        self.root.apt("install", "--no-install-recommends", *PACKAGES)
        return {"versions": self._versions(self._version), "installed_kib": self._sizes()}

    def _versions(self, wanted: str) -> dict[str, str]:
        query = self.root.run(["dpkg-query", "-W", "-f=${Package} ${Version}\n", *PACKAGES]).stdout
        found = dict(line.split() for line in query.splitlines())
        if set(found.values()) != {wanted}:
            raise BuildError(f"installed are {found}, not {wanted}")
        return found

    def _sizes(self) -> dict[str, int]:
        query = self.root.run(["dpkg-query", "-W", "-f=${Package} ${Installed-Size}\n", *PACKAGES]).stdout
        return {name: int(size) for name, size in (line.split() for line in query.splitlines())}

    def self_tests(self) -> Evidence:
        """Both programs' own checks, as an ordinary user, offscreen and on a screen."""
        found: Evidence = {}
        with Screen() as screen:
            for product in PRODUCTS:
                for env in ({"QT_QPA_PLATFORM": "offscreen"}, screen.environment):
                    done = self.root.run([product.program, "--self-test"], as_user=True, env=env)
                    report = json.loads(done.stdout)
                    if not report["ok"] or not report["installed"]:
                        raise BuildError(f"{product.program}: {done.stdout}")
                    found[f"{product.program} {env['QT_QPA_PLATFORM']}"] = len(report["checks"])
        return {"checks": found}

    def link(self) -> Evidence:
        """The desktop knows who opens our links."""
        query = ["xdg-mime", "query", "default", f"x-scheme-handler/{COMMON.scheme}"]
        taker = self.root.run(query, as_user=True).stdout.strip()
        if taker != f"{VISIO_INSTALLABLE.application_id}.desktop":
            raise BuildError(f"{COMMON.scheme}: links open {taker!r}")
        return {"opens": taker}

    def meeting(self) -> Evidence:
        """Both programs take part in one meeting; the address comes from IT's policy."""
        policy = self.root.folder / "etc" / COMMON.distribution / "policy.json"
        with HostServers(self._out / "logs") as servers, Screen() as left, Screen() as right:
            policy.parent.mkdir(exist_ok=True)
            policy.write_text(json.dumps({"backend_url": servers.service_url, "skip_prejoin": True}))
            meeting_id = servers.running_meeting()
            link = f"{COMMON.scheme}://meetings/{meeting_id}"
            with (
                self._signed_in(VISIO_INSTALLABLE, right, CLIENT, "client"),
                self._signed_in(HUB_INSTALLABLE, left, OPERATOR, "operator"),
            ):
                # The client as a person would: by the link that the desktop opens.
                self.root.run(["xdg-open", link], as_user=True, env=self._environment(right))
                servers.wait_for_publishers(meeting_id, 1, JOINED_S)
                again = [HUB_INSTALLABLE.program, link]
                self.root.run(again, as_user=True, env=self._environment(left))
                publishing = servers.wait_for_publishers(meeting_id, 2, JOINED_S)
                time.sleep(3)  # a picture worth looking at
                right.picture(self._pictures / "client-meeting.png")
                left.picture(self._pictures / "operator-meeting.png")
                publishing = servers.wait_for_publishers(meeting_id, 2, 1)
        shutil.rmtree(policy.parent)
        return {
            "publishing": sorted(each["role"] for each in publishing),
            "platforms": sorted({str(each["platform"]) for each in publishing}),
            "hears_and_sees": [len(each["subscribers"]) for each in publishing],
            "pictures": sorted(each.name for each in self._pictures.glob("*.png")),
        }

    def _environment(self, screen: Screen) -> dict[str, str]:
        return {**screen.environment, "VISIO_CAMERA": "test", "XDG_CURRENT_DESKTOP": "X-Generic"}

    @contextlib.contextmanager
    def _signed_in(self, product: Installable, screen: Screen, email: str, name: str) -> Iterator[None]:
        """A program that somebody has started and signed in to by the keyboard."""
        command = self.root.command([product.program], as_user=True, env=self._environment(screen))
        log = (self._out / "logs" / f"{product.program}.log").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            window = screen.window(product.name, STARTED_S)
            screen.focus(window)
            time.sleep(1)
            screen.picture(self._pictures / f"{name}-sign-in.png")
            screen.type(email)
            screen.press("Tab")
            screen.type(PASSWORD)
            screen.press("Return")
            time.sleep(4)
            screen.picture(self._pictures / f"{name}-signed-in.png")
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            log.close()

    # ------------------------------------------------------------------ afterwards

    def upgrade(self) -> Evidence:
        """The next version over this one; what people have set stays."""
        home = self.root.folder / "home" / "tester"
        kept = home / ".config" / VISIO_INSTALLABLE.program / "settings.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text('{"language": "fr"}')
        os.chown(kept, USER_ID, USER_ID)
        self._use(1)
        self.root.apt("update")
        said = self.root.apt("install", "--only-upgrade", *PACKAGES).stdout
        if "3 upgraded" not in said:
            raise BuildError(f"apt did not upgrade: {said}")
        found = self._versions(next_patch(self._version))
        self.self_tests()
        if kept.read_text() != '{"language": "fr"}':
            raise BuildError("the upgrade touched a user's settings")
        return {"versions": found, "settings": "kept"}

    def purge(self) -> Evidence:
        """Nothing of ours is left, nothing else is missing."""
        self.root.apt("purge", *PACKAGES)
        after = self.root.files()
        # dpkg's own records of triggers and diversions come and go by themselves.
        own = ("/var/lib/dpkg/", "/etc/apt/")
        left = sorted(name for name in after - self._before if not name.startswith(own))
        gone = sorted(name for name in self._before - after if not name.startswith(own))
        records = sorted((self.root.folder / "var/lib/dpkg/info").glob("mikl*"))
        status = (self.root.folder / "var/lib/dpkg/status").read_text()
        known = [name for name in PACKAGES if f"Package: {name}\n" in status]
        caches = [
            str(path)
            for path in (self.root.folder / "usr/share/applications").glob("*.cache")
            if COMMON.scheme in path.read_text(errors="replace")
        ]
        if left or gone or records or known or caches:
            raise BuildError(f"left: {left} {records} {known} {caches}; missing: {gone}")
        return {"left": 0, "missing": 0, "compared": len(after)}


def verify(payload: Path, version: str, out: Path) -> Evidence:
    """Run every step and keep the evidence in `out`."""
    evidence = InstalledCheck(payload, version, out).run()
    (out / "verify.json").write_text(json.dumps(evidence, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return evidence
