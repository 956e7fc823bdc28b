"""A clean Debian in a folder, as a stand-in for a user's machine: installed by apt, used by chroot.

Every command runs in a mount namespace of its own, so that nothing stays mounted whatever happens.
The network is the host's: servers on its loopback are reached from inside.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from installers.environment import BuildError, fresh, run, say

SUITE = "bookworm"
USER, USER_ID = "tester", 1500

# The device files that programs expect; a bind of the host's whole /dev would show its disks.
_ENTER = """
set -e
root="$1"; shift
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
for name in null zero full random urandom tty; do
    touch "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir -p "$root/dev/shm" "$root/tmp/.X11-unix"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
if [ -d /tmp/.X11-unix ]; then mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"; fi
if [ -n "$BOUND" ]; then mkdir -p "$root$BOUND_AT"; mount --bind "$BOUND" "$root$BOUND_AT"; fi
exec "$@"
"""


class CleanRoot:
    """One Debian root.

    Args:
        folder: where it lies; made anew.
        archive: a tar file of a fresh root, made when it does not exist.
        shared: a folder of the host, seen inside at `/srv/shared`.
    """

    def __init__(self, folder: Path, archive: Path, shared: Path) -> None:
        self.folder = folder
        self._archive = archive
        self._shared = shared

    def make(self) -> None:
        """Unpack a fresh root with one ordinary user.

        Raises:
            BuildError: mmdebstrap failed.
        """
        if os.geteuid() != 0:
            raise BuildError("a clean root needs root: run this as root")
        if not self._archive.is_file():
            say(f"making a clean Debian root ({SUITE}); a minute")
            partial = self._archive.with_suffix(".partial.tar")
            run(["mmdebstrap", "--variant=apt", "--include=ca-certificates", SUITE, partial])
            partial.rename(self._archive)
        fresh(self.folder)
        run(["tar", "-C", self.folder, "-xf", self._archive])
        # No service starts in a chroot.
        policy = self.folder / "usr" / "sbin" / "policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        for name in ("resolv.conf", "hosts"):
            if Path("/etc", name).is_file():
                shutil.copyfile(Path("/etc", name), self.folder / "etc" / name)
        self.run(["useradd", "--create-home", "--uid", str(USER_ID), "--shell", "/bin/sh", USER])
        runtime = self.folder / "run" / "user" / str(USER_ID)
        runtime.mkdir(parents=True)
        os.chown(runtime, USER_ID, USER_ID)
        runtime.chmod(0o700)

    def command(
        self, words: Sequence[str], *, as_user: bool = False, env: Mapping[str, str] | None = None
    ) -> list[str]:
        """The host's command line that runs `words` inside."""
        inside = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "HOME": f"/home/{USER}" if as_user else "/root",
            **({"XDG_RUNTIME_DIR": f"/run/user/{USER_ID}"} if as_user else {}),
            **(env or {}),
        }
        who = [f"--userspec={USER_ID}:{USER_ID}"] if as_user else []
        return [
            *("env", "-i", f"PATH={os.environ['PATH']}", f"BOUND={self._shared}", "BOUND_AT=/srv/shared"),
            *("unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "sh", str(self.folder)),
            *("chroot", *who, str(self.folder), "/usr/bin/env", "-i"),
            *(f"{name}={value}" for name, value in inside.items()),
            *words,
        ]

    def run(
        self,
        words: Sequence[str],
        *,
        as_user: bool = False,
        env: Mapping[str, str] | None = None,
        allowed: Sequence[int] = (0,),
        timeout_s: float = 900,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside and wait for it.

        Raises:
            BuildError: it ended with a code that is not `allowed`.
        """
        say("in the clean root: " + shlex.join(words)[:120])
        done = subprocess.run(
            self.command(words, as_user=as_user, env=env),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
        if done.returncode not in allowed:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
            raise BuildError(
                f"in the clean root, `{shlex.join(words)}` ended with {done.returncode}:\n{tail}"
            )
        return done

    def apt(self, *words: str, allowed: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
        """`apt-get` with what unattended use needs."""
        options = ("-y", "-q", "-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0")
        return self.run(["apt-get", *options, *words], allowed=allowed)

    def files(self) -> set[str]:
        """Every file, link and folder, without what changes by itself (caches, logs, databases of apt)."""
        skipped = ("proc", "dev", "sys", "tmp", "run", "srv", "home", "var/log", "var/cache", "var/lib/apt")
        found: set[str] = set()
        for folder, folders, names in os.walk(self.folder):
            inside = os.path.relpath(folder, self.folder)
            folders[:] = [each for each in folders if os.path.normpath(f"{inside}/{each}") not in skipped]
            found.update(os.path.normpath(f"/{inside}/{each}") for each in (*names, *folders))
        return found
