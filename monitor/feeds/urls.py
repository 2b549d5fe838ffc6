"""Addresses to fetch, and where redirects lead, exactly as httpx will read them."""

from __future__ import annotations

import httpx


def target(current: httpx.URL, location: str) -> httpx.URL | None:
    """Where a redirect leads, without fragment or credentials; None where that is not an http(s) address."""
    try:
        raw = location.encode("latin-1")
        joined = current.join(raw.decode("utf-8", "replace").strip())
        return joined.copy_with(fragment=None, userinfo=b"") if _is_http(joined) else None
    except (httpx.InvalidURL, ValueError):
        return None


def address(text: str) -> tuple[httpx.URL, tuple[str, str] | None] | None:
    """A URL without its credentials, and the credentials (user, password);
    None where it is not an http(s) address.
    """
    try:
        url = httpx.URL(text.strip())
        if not _is_http(url):
            return None
        login = (url.username, url.password) if url.userinfo else None
        return url.copy_with(fragment=None, userinfo=b""), login
    except (httpx.InvalidURL, ValueError):
        return None


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Scheme, host and port agree (RFC 6454)."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def downgrades(one: httpx.URL, other: httpx.URL) -> bool:
    """From https to http."""
    return one.scheme == "https" and other.scheme == "http"


def _is_http(url: httpx.URL) -> bool:
    """Also decodes the host, which fails on broken international names, and looks at the port,
    which httpx does not.
    """
    return url.scheme in ("http", "https") and bool(url.host) and 0 < (url.port or 80) < 65_536


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
