"""Pure. Why a server's certificate was refused, and what to do about it.

Python 3.13 and newer verify as RFC 5280 asks (`ssl.VERIFY_X509_STRICT`) and so refuse certificates of private
authorities that older ones took. We verify as the Python in use does, never less. The numbers are OpenSSL's
(x509_vfy.h); its words differ by version.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNKNOWN = frozenset({2, 18, 19, 20, 21})
_NAME = frozenset({62, 64})
#: what RFC 5280 asks for -> the line of an openssl extension file that brings it; empty: nothing so short
_STRICT = {
    79: "basicConstraints=critical,CA:TRUE",
    80: "",
    81: "keyUsage=critical,keyCertSign,cRLSign",
    82: "",
    83: "",
    84: "",
    85: "authorityKeyIdentifier=keyid",
    86: "subjectKeyIdentifier=hash",
    87: "subjectAltName=DNS:its.name",
    88: "subjectAltName=critical,DNS:its.name",
    89: "basicConstraints=critical,CA:TRUE",
    90: "authorityKeyIdentifier=keyid",
    91: "subjectKeyIdentifier=hash",
    92: "keyUsage=critical,keyCertSign,cRLSign",
    93: "",
    94: "",
}


def refusal(error: BaseException, key: str) -> str | None:
    """What `error` says of a certificate, with its remedy; None where it, and what caused it, is about
    something else.

    `key` is where the configuration names trusted certificates (`smtp.ca_file`).
    """
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            # both are missing where the check was not OpenSSL's own
            said = getattr(cause, "verify_message", str(cause)).rstrip(".")
            return f"certificate refused: {said}; {_remedy(getattr(cause, 'verify_code', 0), key)}"
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _remedy(code: int, key: str) -> str:
    if code in _STRICT:
        line = _STRICT[code]
        anew = f"make that certificate anew with `{line}`" if line else "have that certificate made anew"
        return f"{anew}, or name the server's own certificate in {key} (Python 3.13 and newer insist on this)"
    if code in _UNKNOWN:
        return f"if the server is yours, name the certificate of the authority that signed it in {key}"
    if code in _NAME:
        return "write the name that stands in the certificate, or have it made for this name"
    if code in (9, 10):
        return "have it renewed, or set this machine's clock"
    return f"have it made anew, or name one that is right in {key}"
