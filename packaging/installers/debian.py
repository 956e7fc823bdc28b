"""The three Debian packages: one runtime with both programs, and one small package a program.

Menus, icons and links are updated by dpkg's triggers, and what the packages install is all that they ever
write. The one maintainer script (`linux/postrm`) puts back an empty /opt.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import textwrap
import time
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from installers.environment import WORK, BuildError, folder_bytes, fresh, run, source_date_epoch
from installers.icons import make_icons, svg_of
from installers.payload_rules import elf_files, entries
from installers.products import COMMON, PACKAGING, PRODUCTS, Installable
from installers.templates import fill

ARCHITECTURE = "amd64"

ALLOWED_LINTIAN_TAGS = frozenset(
    {
        "custom-library-search-path",  # $ORIGIN: libraries lie beside what uses them
        "dir-or-file-in-opt",  # the private folder
        "embedded-library",  # the wheels bring their own; native_components.toml lists them
        "hardening-no-pie",  # PyInstaller's loader
        "library-not-linked-against-libc",  # libraries that hold data alone
        "malformed-deb-archive",  # zstd: Debian 12's dpkg knows it, its lintian does not
        "no-manual-page",  # programs with windows; `--help` is their manual
        "shared-library-lacks-prerequisites",
        "unstripped-binary-or-object",  # Qt's FFmpeg does not survive `strip`
    }
)
"""What lintian may say: each follows from shipping private libraries below /opt."""


@dataclass(frozen=True, slots=True)
class Debs:
    """What was made.

    Attributes:
        packages: runtime first.
        installed_kib: package → size on disk.
        depends: package → its Depends line.
    """

    packages: list[Path]
    installed_kib: dict[str, int]
    depends: dict[str, str]


def desktop_entry(product: Installable) -> str:
    """The menu entry of a program."""
    entry = fill(
        "linux/desktop.in",
        name=product.name,
        generic_name=product.generic_name["en"],
        generic_name_fr=product.generic_name["fr"],
        comment=product.summary["en"],
        comment_fr=product.summary["fr"],
        program=f"/usr/bin/{product.program}",
        icon=product.application_id,
        window_class=product.application_id,
    )
    if product.takes_links:
        entry = entry.replace(f"/usr/bin/{product.program}\n", f"/usr/bin/{product.program} %u\n")
        entry += f"MimeType=x-scheme-handler/{COMMON.scheme};\n"
    return entry


def metainfo(product: Installable, version: str) -> str:
    """What software centres show of a program (AppStream)."""
    day = time.strftime("%Y-%m-%d", time.gmtime(int(source_date_epoch())))
    return fill(
        "linux/metainfo.xml.in",
        application_id=product.application_id,
        name=product.name,
        summary=product.summary["en"],
        summary_fr=product.summary["fr"],
        description=product.description["en"],
        description_fr=product.description["fr"],
        vendor=COMMON.vendor,
        homepage=COMMON.homepage,
        version=version,
        day=day,
        scheme=f"<mediatype>x-scheme-handler/{COMMON.scheme}</mediatype>" if product.takes_links else "",
        program=product.program,
    )


def shared_library_depends(folder: Path) -> str:
    """The Debian packages whose libraries ours are linked with (`dpkg-shlibdeps`)."""
    work = fresh(WORK / "shlibdeps")
    (work / "debian").mkdir()
    (work / "debian" / "control").write_text(f"Source: x\n\nPackage: x\nArchitecture: {ARCHITECTURE}\n")
    elf = elf_files(folder, entries(folder))
    private = sorted({each.parent for each in elf})
    done = run(
        [
            *("dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"),
            *(f"-l{each}" for each in private),
            *(word for each in elf for word in ("-e", str(each))),
        ],
        cwd=work,
    )
    match = re.search(r"^shlibs:Depends=(.+)$", done.stdout, re.MULTILINE)
    if match is None:
        raise BuildError(f"dpkg-shlibdeps said nothing:\n{done.stdout}{done.stderr}")
    return match.group(1)


def write_documents(root: Path, package: str, version: str) -> None:
    """Copyright and changelog, where Debian's people look for them."""
    folder = root / "usr" / "share" / "doc" / package
    folder.mkdir(parents=True)
    text = fill(
        "linux/copyright.in", vendor=COMMON.vendor, homepage=COMMON.homepage, opt=COMMON.install_folder_linux
    )
    (folder / "copyright").write_text(text, encoding="utf-8")
    date = formatdate(int(source_date_epoch()))
    entry = (
        f"{package} ({version}) stable; urgency=medium\n\n  * Version {version}.\n\n"
        f" -- {COMMON.maintainer}  {date}\n"
    )
    with (folder / "changelog.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(entry.encode())


def write_program(root: Path, product: Installable, version: str) -> None:
    """What one program adds to the runtime: a command, a menu entry, icons, its description."""
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / product.program).symlink_to(f"{COMMON.install_folder_linux}/{product.program}")
    share = root / "usr" / "share"
    (share / "applications").mkdir(parents=True)
    entry = share / "applications" / f"{product.application_id}.desktop"
    entry.write_text(desktop_entry(product), encoding="utf-8")
    (share / "metainfo").mkdir()
    description = share / "metainfo" / f"{product.application_id}.metainfo.xml"
    description.write_text(metainfo(product, version), encoding="utf-8")
    icons = share / "icons" / "hicolor"
    for size, png in make_icons(product, WORK / "icons").items():
        target = icons / f"{size}x{size}" / "apps" / f"{product.application_id}.png"
        target.parent.mkdir(parents=True)
        shutil.copyfile(png, target)
    drawing = icons / "scalable" / "apps" / f"{product.application_id}.svg"
    drawing.parent.mkdir(parents=True)
    shutil.copyfile(svg_of(product), drawing)
    run(["desktop-file-validate", entry])
    run(["appstreamcli", "validate", "--no-net", "--pedantic", description])


def set_modes(root: Path) -> None:
    """Modes that do not depend on whoever builds: folders and programs 755, everything else 644."""
    programs = {product.program for product in PRODUCTS}
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.name in programs else 0o644)


def build_deb(root: Path, package: str, version: str, out: Path, **fields: str) -> tuple[Path, int]:
    """Pack a staged tree; returns the file and its size once installed, in KiB."""
    write_documents(root, package, version)
    set_modes(root)
    size_kib = -(-folder_bytes(root) // 1024)
    control = fill(
        "linux/control.in",
        package=package,
        version=version,
        architecture=ARCHITECTURE,
        maintainer=COMMON.maintainer,
        homepage=COMMON.homepage,
        size_kib=str(size_kib),
        **fields,
    )
    (root / "DEBIAN").mkdir(mode=0o755)
    lines = [line for line in control.splitlines() if not line.endswith(": ")]
    (root / "DEBIAN" / "control").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sums = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.relative_to(root).parts[:1]:
            digest = md5_of(path)
            sums.append(f"{digest}  {path.relative_to(root).as_posix()}")
    (root / "DEBIAN" / "md5sums").write_text("\n".join(sums) + "\n", encoding="utf-8")
    if package == COMMON.runtime_package:
        shutil.copyfile(PACKAGING / "linux" / "postrm", root / "DEBIAN" / "postrm")
        (root / "DEBIAN" / "postrm").chmod(0o755)
    target = out / f"{package}_{version}_{ARCHITECTURE}.deb"
    epoch = int(source_date_epoch())
    for path in root.rglob("*"):  # dpkg-deb only clamps times that are later
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", root, target],
        env={"SOURCE_DATE_EPOCH": str(epoch)},
    )
    return target, size_kib


def md5_of(path: Path) -> str:
    """MD5 as dpkg wants it: against damage on disk, not against forgery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def build_debs(payload: Path, version: str, out: Path, needed: str = "") -> Debs:
    """Make the packages from a payload folder.

    Args:
        payload: the folder with both programs.
        version: of all three packages.
        out: where they go.
        needed: the runtime's Depends, when they are known from the same folder; else looked for.

    Raises:
        BuildError: a tool failed or found fault with a file.
    """
    packages: list[Path] = []
    sizes: dict[str, int] = {}
    # Time zones change by law several times a year: the distribution's are kept up to date.
    depends = {COMMON.runtime_package: needed or f"{shared_library_depends(payload)}, tzdata"}
    runtime = fresh(WORK / "deb" / COMMON.runtime_package)
    target = runtime / COMMON.install_folder_linux.lstrip("/")
    shutil.copytree(payload, target, symlinks=True)
    made, sizes[COMMON.runtime_package] = build_deb(
        runtime,
        COMMON.runtime_package,
        version,
        out,
        depends=depends[COMMON.runtime_package],
        # Loaded by name, so that no tool sees it: screens of Wayland come through PipeWire.
        recommends="libpipewire-0.3-0, xdg-desktop-portal, xdg-utils, ca-certificates, "
        "gnome-keyring | org.freedesktop.secrets | kwalletmanager, pipewire-pulse | pulseaudio",
        summary=COMMON.runtime_summary,
        description="Python, Qt and the codecs that both programs use, in a private folder.",
        section="video",
    )
    packages.append(made)
    for product in PRODUCTS:
        root = fresh(WORK / "deb" / product.program)
        write_program(root, product, version)
        depends[product.program] = f"{COMMON.runtime_package} (= {version}), hicolor-icon-theme"
        made, sizes[product.program] = build_deb(
            root,
            product.program,
            version,
            out,
            depends=depends[product.program],
            recommends="desktop-file-utils",
            summary=product.summary["en"],
            description="\n ".join(textwrap.wrap(product.description["en"], 76)),
            section="video",
        )
        packages.append(made)
    return Debs(packages, sizes, depends)


def lintian(packages: list[Path]) -> dict[str, int]:
    """Debian's own checker.

    Returns:
        Allowed tags that it raised, with their number.

    Raises:
        BuildError: it found something that is not allowed.
    """
    done = run(["lintian", "--tag-display-limit", "0", "--pedantic", *packages], allowed=(0, 1, 2))
    seen: dict[str, int] = {}
    bad = []
    for line in done.stdout.splitlines():
        match = re.match(r"^([EWIP]): (\S+?): (\S+)", line)
        if match is None:
            continue
        tag = match.group(3)
        seen[tag] = seen.get(tag, 0) + 1
        if tag not in ALLOWED_LINTIAN_TAGS:
            bad.append(line)
    if bad:
        raise BuildError("lintian:\n" + "\n".join(bad[:40]))
    return seen
