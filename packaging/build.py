"""Makes the installers: `python3 dev.py package [TARGET] --out DIR` prepares the environment and calls this.

Results are printed as one line of JSON on standard output: every file that was made, its size and
SHA-256, and what the checks found. What is being done goes to standard error. Exit code 0 only when
everything was made and passed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Not ourselves: a folder called `packaging` must not hide the package of that name.
sys.path[:] = [
    str(ROOT),
    str(ROOT / "packaging"),
    *(p for p in sys.path if Path(p or ".") != ROOT / "packaging"),
]

from installers import (  # noqa: E402
    debian,
    installed_check,
    macos_packages,
    msi,
    payload,
    payload_rules,
    policies,
    repeat,
    repository,
    sbom,
    secret_scan,
    service_check,
    signing,
    start_time,
    wine_check,
)
from installers.environment import WORK, BuildError, fresh, say, sha256  # noqa: E402
from installers.products import COMMON, PRODUCTS, VersionError, checked_version, version  # noqa: E402

Result = dict[str, Any]


def listed(files: list[Path], out: Path) -> list[Result]:
    """Name, size and SHA-256 of files."""
    return [
        {"file": each.relative_to(out).as_posix(), "bytes": each.stat().st_size, "sha256": sha256(each)}
        for each in files
    ]


def make_payload(options: argparse.Namespace) -> Result:
    """The folder with both programs, tested and checked."""
    folder = payload.build_payload(options.version)
    tests = {product.program: payload.self_test(folder, product) for product in PRODUCTS}
    found = payload_rules.check(folder)
    return {
        "payload": str(folder),
        "checks": found,
        "self_tests": {name: each["ok"] for name, each in tests.items()},
    }


def the_payload(options: argparse.Namespace) -> tuple[Path, Result]:
    """The folder that `--payload` names, else a new one."""
    if options.payload is not None:
        return options.payload.resolve(), {}
    return payload.PAYLOAD, make_payload(options)


def make_deb(options: argparse.Namespace) -> Result:
    """The three .debs and a signed apt repository of them."""
    folder, result = the_payload(options)
    made = debian.build_debs(folder, options.version, options.out)
    key = repository.signing_key(options.gpg_key)
    repository.publish(made.packages, options.out / "apt", key)
    policies.write_policies(options.out / "policies")
    listing = sbom.write_sbom(options.version, options.out)
    found = secret_scan.scan_installers(options.out)
    if found["secrets"]:
        raise BuildError("secrets: " + ", ".join(found["secrets"]))
    return result | {
        "secret_scan": found,
        "files": listed([*made.packages, listing], options.out),
        "installed_kib": made.installed_kib,
        "depends": made.depends,
        "repository": {"folder": "apt", "signed_by": key.fingerprint, "throw_away_key": key.throw_away},
    }


def make_msi(options: argparse.Namespace) -> Result:
    """Windows packages from a Windows payload (--payload), signed when there is a signer."""
    if options.payload is None:
        raise BuildError("msi needs --payload DIR: a payload that was built on Windows")
    signer = signing.signer_from_environment(options.certificate, options.time_stamp_url)
    folder = fresh(WORK / "windows-payload")
    shutil.copytree(options.payload, folder, dirs_exist_ok=True)
    signed = signing.sign_payload(folder, signer, COMMON.vendor) if signer else []
    made = []
    for product in PRODUCTS:
        package = msi.build_msi(product, folder, options.version, options.out)
        if signer:
            signer.sign(package, product.windows_name)
        else:
            package = package.rename(package.with_name(f"{package.stem}-unsigned.msi"))
        made.append(package)
    return {"files": listed(made, options.out), "signed": bool(signer), "signed_files": len(signed)}


def verify(options: argparse.Namespace) -> Result:
    """The packages' whole life on a clean Debian: install, join a meeting, upgrade, purge."""
    folder, result = the_payload(options)
    return result | {"verify": installed_check.verify(folder, options.version, options.out)}


def verify_msi(options: argparse.Namespace) -> Result:
    """The MSIs' behaviour under Wine, with stand-in programs: install, link, upgrade, uninstall."""
    return {"verify_msi": wine_check.verify_msi()}


def make_sbom(options: argparse.Namespace) -> Result:
    """The CycloneDX list of everything that is shipped."""
    return {"files": listed([sbom.write_sbom(options.version, options.out)], options.out)}


def reproducible(options: argparse.Namespace) -> Result:
    """Builds payload and packages twice and compares every file."""
    return {"reproducible": repeat.check(options.version)}


def scan(options: argparse.Namespace) -> Result:
    """Looks for secrets in what --out holds, packages unpacked."""
    found = secret_scan.scan_installers(options.out)
    if found["secrets"]:
        raise BuildError("secrets: " + ", ".join(found["secrets"]))
    return {"scan": found}


def start(options: argparse.Namespace) -> Result:
    """Seconds to the first window, built program beside checkout, warm and cold."""
    folder, result = the_payload(options)
    return result | {"start": start_time.measure(folder)}


def make_pkg(options: argparse.Namespace) -> Result:
    """MacOS packages of both apps, signed, notarised and stapled when there is an identity (on a Mac)."""
    if options.payload is None:
        payload.build_payload(options.version)
    apps = options.payload or WORK / "dist"
    architecture = macos_packages.ARCHITECTURES.get(platform.machine(), platform.machine())
    made = [
        macos_packages.build_package(
            product,
            options.version,
            architecture,
            app=apps / f"{product.name}.app",
            work=WORK / "pkg" / product.program,
            out=options.out,
            entitlements=WORK / "entitlements.plist",
        )
        for product in PRODUCTS
    ]
    return {"files": listed(made, options.out)}


def make_policies(options: argparse.Namespace) -> Result:
    """ADMX and ADML, configuration profile, policy file for IT."""
    made = policies.write_policies(options.out / "policies")
    return {"files": listed(made, options.out)}


def server_build() -> ModuleType:
    """`packaging/server/build.py`, which any Python 3.11 can run alone, as a module.

    Raises:
        BuildError: it is not there.
    """
    script = ROOT / "packaging" / "server" / "build.py"
    if not script.is_file():
        raise BuildError("packaging/server/build.py does not exist")
    spec = importlib.util.spec_from_file_location("server_build", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


def make_server(options: argparse.Namespace) -> Result:
    """What packaging/server makes for the service."""
    module = server_build()
    failure: type[Exception] = getattr(module, "BuildError", BuildError)
    try:
        made = module.main(options.out)
    except failure as error:
        raise BuildError(str(error)) from error
    if isinstance(made, int) and made:
        raise BuildError(f"packaging/server/build.py ended with {made}")
    return {"server": made if isinstance(made, dict) else "made"}


def verify_server(options: argparse.Namespace) -> Result:
    """The service's package on a clean Debian: install, migrate, serve, back up, upgrade, restore, purge."""
    return {"verify_server": service_check.verify_server(server_build(), options.version, options.out)}


def make_all(options: argparse.Namespace) -> Result:
    """Whatever this platform's people install."""
    if sys.platform.startswith("linux"):
        return make_deb(options)
    if sys.platform == "darwin":
        return make_pkg(options)
    return make_payload(options) | {"next": "sign the payload, then `package msi --payload DIR` on Linux"}


TARGETS: dict[str, Callable[[argparse.Namespace], Result]] = {
    "all": make_all,
    "payload": make_payload,
    "deb": make_deb,
    "msi": make_msi,
    "pkg": make_pkg,
    "reproducible": reproducible,
    "sbom": make_sbom,
    "scan": scan,
    "start": start,
    "policies": make_policies,
    "server": make_server,
    "verify": verify,
    "verify-msi": verify_msi,
    "verify-server": verify_server,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = [f"  {name:<10} {(call.__doc__ or '').strip()}" for name, call in TARGETS.items()]
    top = argparse.ArgumentParser(
        prog="dev.py package",
        description="Makes and checks installers.",
        epilog="targets:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("target", nargs="?", choices=list(TARGETS), default="all", metavar="TARGET")
    top.add_argument("--out", type=Path, default=ROOT / "dist", metavar="DIR", help="where installers go")
    top.add_argument("--payload", type=Path, metavar="DIR", help="use this folder instead of building one")
    top.add_argument("--version", type=checked_version, default=version(), help="instead of pyproject.toml's")
    top.add_argument("--gpg-key", metavar="ID", help="signs the apt repository; else a throw-away key")
    top.add_argument("--certificate", type=Path, metavar="FILE", help="PKCS#12 that signs Windows' files")
    top.add_argument("--time-stamp-url", default="", metavar="URL", help="RFC 3161 service for signatures")
    return top


def main() -> int:
    """Make what was asked for; the exit code says whether it worked."""
    options = parser().parse_args()
    options.out = options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    result: Result = {"target": options.target, "version": options.version, "out": str(options.out)}
    try:
        result |= TARGETS[options.target](options) | {"ok": True}
    except (BuildError, VersionError) as error:
        say(f"FAILED: {error}")
        result |= {"ok": False, "error": str(error)}
    result["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(result, sort_keys=True))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
