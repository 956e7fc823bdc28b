"""The version block of a Windows program: what Explorer's *Details* show, in French and English."""

from __future__ import annotations

from installers.products import COMMON, Installable

_FRENCH, _ENGLISH, _UNICODE = 0x040C, 0x0409, 1200


def version_information(product: Installable, version: str) -> str:
    """PyInstaller's version file (its `version=` option) of one program."""
    numbers = (*map(int, version.split(".")), 0)
    tables = []
    for code, language in ((_FRENCH, "fr"), (_ENGLISH, "en")):
        strings = {
            "CompanyName": COMMON.vendor,
            "FileDescription": f"{product.name} - {product.summary[language]}",
            "FileVersion": version,
            "InternalName": product.program,
            "LegalCopyright": f"© {COMMON.vendor}",
            "OriginalFilename": f"{product.program}.exe",
            "ProductName": product.windows_name,
            "ProductVersion": version,
        }
        rows = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
        tables.append(f"StringTable('{code:04X}{_UNICODE:04X}', [{rows}])")
    translations = [_FRENCH, _UNICODE, _ENGLISH, _UNICODE]
    return (
        "# UTF-8\n"
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, "
        "OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)), "
        f"kids=[StringFileInfo([{', '.join(tables)}]), "
        f"VarFileInfo([VarStruct('Translation', {translations})])])\n"
    )
