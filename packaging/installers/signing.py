"""Authenticode: who signs Windows' files, and whether a signature holds.

Three ways, chosen by what is given: a command of one's own (`SIGN_CMD`, for a cloud signer or a
key in hardware), a certificate file, or a throw-away authority made on the spot, for tests.
"""

from __future__ import annotations

import os
import shlex
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from installers.environment import BuildError, fresh, run
from installers.products import COMMON

SIGN_COMMAND_VARIABLE = "SIGN_CMD"
PASSWORD_FILE_VARIABLE = "SIGN_PASSWORD_FILE"  # noqa: S105  (the name of a variable)


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs.

    Attributes:
        words: the command; `{file}` stands for the file, which is changed in place. Empty: `chain`
            and `key` are used by osslsigncode.
        chain, key: PEM files of the certificate with its chain, and of its key; or a PKCS#12 file.
        pkcs12: instead of `chain` and `key`.
        time_stamp_url: an RFC 3161 service; "" for no time stamp.
        throw_away: worthless for users.
    """

    words: tuple[str, ...] = ()
    chain: Path | None = None
    key: Path | None = None
    pkcs12: Path | None = None
    time_stamp_url: str = ""
    throw_away: bool = False

    def sign(self, file: Path, description: str) -> None:
        """Sign a program, library or package in place.

        Raises:
            BuildError: it could not be signed.
        """
        if self.words:
            run([word.replace("{file}", str(file)) for word in self.words])
            return
        signed = file.with_name(file.name + ".signed")
        identity: list[str | Path]
        if self.pkcs12 is not None:
            identity = ["-pkcs12", self.pkcs12]
            password = os.environ.get(PASSWORD_FILE_VARIABLE)
            identity += ["-readpass", password] if password else []
        elif self.chain is not None and self.key is not None:
            identity = ["-certs", self.chain, "-key", self.key]
        else:
            raise BuildError("a signer needs a certificate")
        stamp = ["-ts", self.time_stamp_url] if self.time_stamp_url else []
        about = ["-n", description, "-i", COMMON.homepage]
        run(["osslsigncode", "sign", *identity, "-h", "sha256", *about, *stamp, "-in", file, "-out", signed])
        signed.replace(file)


def is_signed(file: Path) -> bool:
    """Whether a Windows program or library carries a signature, its maker's own for instance.

    Raises:
        BuildError: the file is none of Windows'.
    """
    with file.open("rb") as opened:
        head = opened.read(4096)
    # PE format: offset of the header at 60; after 24 bytes the optional header, whose data
    # directories begin at 112 (64 bits) or 96; the fifth is the table of certificates.
    if head[:2] != b"MZ" or len(head) < 64:
        raise BuildError(f"{file.name} is no Windows program")
    start = struct.unpack_from("<I", head, 60)[0]
    if start + 200 > len(head) or head[start : start + 4] != b"PE\x00\x00":
        raise BuildError(f"{file.name} is no Windows program")
    optional = start + 24
    wide = struct.unpack_from("<H", head, optional)[0] == 0x20B
    size: int = struct.unpack_from("<I", head, optional + (112 if wide else 96) + 4 * 8 + 4)[0]
    return size > 0


def sign_payload(payload: Path, signer: Signer, description: str) -> list[str]:
    """Sign every program and library of a folder that is not signed yet; returns their names.

    Raises:
        BuildError: one could not be signed.
    """
    signed = []
    for file in sorted(payload.rglob("*")):
        if file.suffix.lower() in {".exe", ".dll", ".pyd"} and not is_signed(file):
            signer.sign(file, description)
            signed.append(file.relative_to(payload).as_posix())
    return signed


def signer_from_environment(certificate: Path | None, time_stamp_url: str) -> Signer | None:
    """`SIGN_CMD`, else a certificate file, else nobody."""
    command = os.environ.get(SIGN_COMMAND_VARIABLE)
    if command:
        return Signer(words=tuple(shlex.split(command)))
    if certificate is not None:
        return Signer(pkcs12=certificate, time_stamp_url=time_stamp_url)
    return None


def verify(file: Path, root: Path, stamp_root: Path | None = None) -> None:
    """Check a signature, its chain up to `root` and its time stamp.

    Raises:
        BuildError: it is missing, does not fit the file, or is by somebody else.
    """
    stamp: list[str | Path] = ["-TSA-CAfile", stamp_root] if stamp_root is not None else []
    run(["osslsigncode", "verify", "-CAfile", root, *stamp, "-in", file])


class ThrowAwayAuthority:
    """A root, a code-signing certificate below it, and a time-stamp authority, all made by openssl.

    Args:
        folder: made anew; holds the keys.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = fresh(folder)
        self.root = self._root("root", "Throw-away root, for tests only")
        self._certificate("signer", "codeSigning")
        self._certificate("stamper", "critical,timeStamping")
        self.chain = self.folder / "chain.pem"
        self.chain.write_text((self.folder / "signer.pem").read_text() + self.root.read_text())
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa = here\n[here]\n"
            f"serial = {self.folder / 'serial'}\nsigner_cert = {self.folder / 'stamper.pem'}\n"
            f"signer_key = {self.folder / 'stamper.key'}\ncerts = {self.root}\n"
            "signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256, sha384, sha512\n"
            "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n"
            "ess_cert_id_alg = sha256\n"
        )

    def _root(self, name: str, subject: str) -> Path:
        target = self.folder / f"{name}.pem"
        run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                ),
                *("-days", "30", "-subj", f"/O={COMMON.vendor}/CN={subject}"),
                *("-keyout", self.folder / f"{name}.key", "-out", target),
                *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"),
            ]
        )
        return target

    def _certificate(self, name: str, usage: str) -> None:
        key, request, made = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"keyUsage=critical,digitalSignature\nextendedKeyUsage={usage}\n")
        run(
            [
                *("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request),
                *("-subj", f"/O={COMMON.vendor}/CN=Throw-away {name}, for tests only"),
            ]
        )
        run(
            [
                *(
                    "openssl",
                    "x509",
                    "-req",
                    "-in",
                    request,
                    "-CA",
                    self.root,
                    "-CAcreateserial",
                    "-days",
                    "30",
                ),
                *("-CAkey", self.folder / "root.key", "-extfile", extensions, "-out", made),
            ]
        )

    def stamp(self, request: bytes) -> bytes:
        """Answer a time-stamp request (RFC 3161)."""
        asked, answer = self.folder / "request.tsq", self.folder / "answer.tsr"
        asked.write_bytes(request)
        config: list[str | Path] = ["-config", self.folder / "tsa.cnf"]
        run(["openssl", "ts", "-reply", *config, "-queryfile", asked, "-out", answer])
        return answer.read_bytes()


class TimeStampServer:
    """The authority's time stamps over HTTP on loopback, for as long as the `with` block lasts."""

    def __init__(self, authority: ThrowAwayAuthority) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.stamp(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="time stamps")

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
