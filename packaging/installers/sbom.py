"""The list of everything that is shipped (CycloneDX): Python packages by metadata, C libraries by hand.

What reads Python environments sees none of the bundled C libraries, which are half of the payload; they
come from `native_components.toml`.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from installers.environment import BuildError, run, source_date_epoch
from installers.locks import pins, runtime_lock
from installers.notices import native_components, stated_licence
from installers.products import COMMON, ROOT

Document = dict[str, Any]
SPECIFICATION = "1.6"


def python_document() -> Document:
    """What `cyclonedx-py` finds in this environment.

    Raises:
        BuildError: it failed.
    """
    command = [
        "environment",
        "--output-reproducible",
        "--spec-version",
        SPECIFICATION,
        "--output-format",
        "JSON",
    ]
    done = run([sys.executable, "-m", "cyclonedx_py", *command, sys.executable])
    found: Document = json.loads(done.stdout)
    return found


def canonical(name: str) -> str:
    """A package's name as the index compares them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def merged(found: Document, version: str, shipped: dict[str, str]) -> Document:
    """The shipped Python packages of a document, and the bundled libraries.

    Args:
        found: a CycloneDX document of an environment that may hold more than is shipped.
        version: of the product.
        shipped: package → version, from the lock.

    Raises:
        BuildError: a shipped package is missing in the document, or has another version.
    """
    listed = {canonical(each["name"]): each for each in found["components"]}
    components = []
    for name, pinned in sorted(shipped.items()):
        component = listed.get(canonical(name))
        if component is None or component.get("version") != pinned:
            raise BuildError(f"SBOM: {name} {pinned} is not what the environment holds: {component}")
        kept = {key: value for key, value in component.items() if key != "externalReferences"}
        if not kept.get("licenses"):
            kept["licenses"] = [{"license": {"name": stated_licence(distribution(name))}}]
        components.append(kept)
    components += [
        {
            "type": "library",
            "bom-ref": f"native:{native.name.lower().replace(' ', '-')}",
            "name": native.name,
            "version": native.version,
            "licenses": [{"expression": native.licence}],
            "externalReferences": [{"type": "source-distribution", "url": native.source}],
            **({"copyright": native.copyright} if native.copyright else {}),
        }
        for native in native_components()
    ]
    references = {each["bom-ref"] for each in components}
    dependencies = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in references]}
        for each in found.get("dependencies", [])
        if each["ref"] in references
    ]
    product = {
        "type": "application",
        "bom-ref": COMMON.distribution,
        "name": COMMON.distribution,
        "version": version,
        "licenses": [{"expression": "GPL-3.0-or-later"}],
    }
    dependencies.append({"ref": COMMON.distribution, "dependsOn": sorted(references)})
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {
            "component": product,
            "properties": [{"name": "build:epoch", "value": source_date_epoch()}],
        },
        "components": components,
        "dependencies": dependencies,
    }


def write_sbom(version: str, out: Path) -> Path:
    """Write the document of this platform's installers and check it against the standard's schema.

    Raises:
        BuildError: something shipped is not listed, or the schema is not obeyed.
    """
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415  (only where installers are made)
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    document = merged(python_document(), version, pins(runtime_lock()))
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise BuildError(f"SBOM: {str(problem)[:1000]}")
    if str(ROOT) in text:
        raise BuildError("SBOM: names a folder of this machine")
    target = out / f"{COMMON.distribution}-{version}.cdx.json"
    target.write_text(text, encoding="utf-8")
    return target
