"""A certificate authority for one test run, made by openssl; nothing secret is kept in the repository."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.services import need

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """Signs server certificates that clients trust only when given `ca_file`."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def server_context(self, names: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 2) -> ssl.SSLContext:
        """A server's TLS context for the subjectAltName `names`."""
        certificate, key = self.issue("server", names, days=days)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        return context

    def issue(self, stem: str, names: str, *, days: int = 2) -> tuple[Path, Path]:
        """Certificate and key files for `names`."""
        key, request = self.folder / f"{stem}.key", self.folder / f"{stem}.csr"
        certificate, extra = self.folder / f"{stem}.pem", self.folder / f"{stem}.ext"
        extra.write_text(f"subjectAltName={names}\n", encoding="ascii")
        _openssl("req", "-new", *_KEY, "-keyout", key, "-out", request, "-subj", "/CN=server.test")
        _openssl(
            *("x509", "-req", "-in", request, "-CA", self.ca_file, "-CAkey", self.folder / "ca.key"),
            *("-CAcreateserial", "-days", days, "-extfile", extra, "-out", certificate),
        )
        return certificate, key


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def make_authority(folder: Path) -> Authority:
    """A fresh authority in `folder`; skips the test where openssl is missing."""
    authority = Authority(folder)
    _openssl(
        *("req", "-x509", *_KEY, "-keyout", folder / "ca.key", "-out", authority.ca_file),
        *("-days", 2, "-subj", "/CN=monitor test authority"),
    )
    return authority


def _openssl(*arguments: object) -> None:
    (binary,) = need("openssl")
    subprocess.run([binary, *map(str, arguments)], check=True, capture_output=True, timeout=60)
