"""A refused certificate is told with its reason and remedy; the handshakes are real, in memory."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from monitor.net.certificates import refusal
from tests.support.certs import AUTHORITY, SERVER, STRICT, context_of, make_authority

if TYPE_CHECKING:
    from pathlib import Path

KEY = "smtp.ca_file"


def shaken(server: tuple[Path, Path], trusted: Path | None, host: str = "localhost") -> ssl.SSLError | None:
    """What a client that trusts `trusted` says of `server`'s certificate; None: it is content."""
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=trusted).wrap_bio(there, here, server_hostname=host)
    other = context_of(*server).wrap_bio(here, there, server_side=True)
    for side in (client, other, client, other):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as error:
            return error
    return None


def told(error: ssl.SSLError | None) -> str:
    """The message, which there must be."""
    assert error is not None
    return refusal(error, KEY) or ""


def test_the_certificates_of_the_tests_are_taken_by_every_python(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)

    assert shaken(authority.issue("server", "DNS:localhost"), authority.ca_file) is None


def test_an_unknown_authority_names_the_key(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    said = told(shaken(authority.issue("server", "DNS:localhost"), None))

    assert said.startswith("certificate refused: unable to get local issuer certificate; ")
    assert f"authority that signed it in {KEY}" in said


def test_a_certificate_that_vouches_for_itself_names_the_key(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)

    assert KEY in told(
        shaken(
            authority.issue(
                "server",
                "DNS:localhost",
                signed=False,
                extensions=SERVER.replace("authorityKeyIdentifier = keyid\n", ""),
            ),
            None,
        )
    )


def test_another_name_asks_for_the_right_one(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    said = told(shaken(authority.issue("server", "DNS:other.test"), authority.ca_file))

    assert "'localhost'; write the name that stands in the certificate" in said


@pytest.mark.skipif(not STRICT, reason="Python 3.13 and newer refuse these")
@pytest.mark.parametrize(
    ("authority", "server", "line"),
    [
        pytest.param("keyUsage", "", "`keyUsage=critical,keyCertSign,cRLSign`", id="the authority's key usage"),
        pytest.param("", "authorityKeyIdentifier", "`authorityKeyIdentifier=keyid`", id="the server's authority key"),
    ],
)  # fmt: skip
def test_a_missing_extension_is_named_with_the_line_that_brings_it(
    authority: str, server: str, line: str, tmp_path: Path
) -> None:
    """And the other remedy, which needs no new certificate, holds: to trust the server's own."""
    flawed = make_authority(tmp_path, extensions=without(authority, AUTHORITY))
    pair = flawed.issue("server", "DNS:localhost", extensions=without(server, SERVER))
    said = told(shaken(pair, flawed.ca_file))

    assert line in said
    assert f"the server's own certificate in {KEY}" in said
    assert "Python 3.13" in said
    assert shaken(pair, pair[0]) is None


def without(name: str, extensions: str) -> str:
    """`extensions` with the line of `name` written as absent, which openssl would else add by itself."""
    lines = (f"{name} = none" if name and line.startswith(name) else line for line in extensions.splitlines())
    return "\n".join(line for line in lines if not line.startswith("keyUsage = none")) + "\n"


def test_what_is_about_something_else_is_left_alone() -> None:
    assert refusal(ConnectionResetError("reset"), KEY) is None
    assert refusal(ssl.SSLError("wrong version number"), KEY) is None


def test_the_cause_is_found_below_what_wraps_it(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    wrapped = RuntimeError("cannot connect")
    wrapped.__cause__ = shaken(authority.issue("server", "DNS:localhost"), None)

    assert (refusal(wrapped, KEY) or "").startswith("certificate refused: ")
