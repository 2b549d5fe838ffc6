"""A certificate authority for one test run, made by openssl; nothing secret is kept in the repository."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.services import need

if TYPE_CHECKING:
    from pathlib import Path

#: this Python verifies as RFC 5280 asks (3.13 and newer)
STRICT = bool(ssl.create_default_context().verify_flags & ssl.VERIFY_X509_STRICT)
#: what RFC 5280 asks of an authority's certificate, one extension to a line
AUTHORITY = """
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""
#: what private authorities have long been made with
CARELESS = """
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
"""
#: and of a server's
SERVER = """
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass(frozen=True)
class Authority:
    """Signs server certificates that clients trust only when given `ca_file`."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def server_context(self, names: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 2) -> ssl.SSLContext:
        """A server's TLS context for the subjectAltName `names`."""
        return context_of(*self.issue("server", names, days=days))

    def issue(
        self, stem: str, names: str, *, days: int = 2, extensions: str = SERVER, signed: bool = True
    ) -> tuple[Path, Path]:
        """Certificate and key files for `names`; `signed` or by itself."""
        certificate, key = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        signer = ("-CA", self.ca_file, "-CAkey", self.folder / "ca.key") if signed else ()
        _certificate(
            certificate, key, "server.test", f"{extensions}subjectAltName = {names}\n", days, *signer
        )
        return certificate, key


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's TLS context."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def make_authority(folder: Path, *, extensions: str = AUTHORITY) -> Authority:
    """A fresh authority in `folder`; skips the test where openssl is missing."""
    authority = Authority(folder)
    _certificate(authority.ca_file, folder / "ca.key", "monitor test authority", extensions, 2)
    return authority


def _certificate(
    certificate: Path, key: Path, name: str, extensions: str, days: int, *signer: object
) -> None:
    config = certificate.with_suffix(".cnf")
    config.write_text(
        f"[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = {name}\n[ext]\n{extensions}",
        encoding="ascii",
    )
    _openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-config", config, "-extensions", "ext", "-days", days, "-keyout", key, "-out", certificate),
        *signer,
    )


def _openssl(*arguments: object) -> None:
    (binary,) = need("openssl")
    subprocess.run([binary, *map(str, arguments)], check=True, capture_output=True, timeout=60)
