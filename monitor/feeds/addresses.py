"""Addresses to fetch, and where redirects lead, exactly as httpx will read them."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

from monitor.feeds.decode import scrub
from monitor.feeds.wordlists import sections

if TYPE_CHECKING:
    import httpx


def target(current: httpx.URL, location: str) -> httpx.URL | None:
    """Where a redirect leads, without fragment or credentials; None where that is not an http(s) address."""
    import httpx

    try:
        raw = location.encode("latin-1")
        joined = current.join(raw.decode("utf-8", "replace").strip())
        return joined.copy_with(fragment=None, userinfo=b"") if _is_http(joined) else None
    except (httpx.InvalidURL, ValueError):
        return None


@functools.lru_cache(maxsize=4096)  # a feed's is asked for several times a poll
def address(text: str) -> tuple[httpx.URL, tuple[str, str] | None] | None:
    """A URL without its credentials, and the credentials (user, password);
    None where it is not an http(s) address.
    """
    import httpx  # a tenth of a second: a feed list is read without

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


# Addresses reduced for comparing two mentions of one page; never shown and never fetched.
#
# What is dropped stands in `data/query_parameters.txt`, name by name: in doubt a parameter names the page and
# stays.

#: longer addresses are not compared
MAX_LENGTH = 4_000
#: values of these parameters that mean the same page in another dress
_DRESS = {"amp": {"", "1", "true"}, "outputtype": {"amp"}}
#: a fragment that names a page of a site which is one script: "#!/news/1", "#/news/1"
_ROUTE = re.compile(r"!|/.")
_AMP_PATH = re.compile(r"(?:/amp|\.amp)/?\Z", re.IGNORECASE)
#: nothing in it but its slash at the end can go, and nothing can be written in another way
_PLAIN = re.compile(
    r"https?://((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63})((?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)/?"
)
_DEFAULT_PORT = re.compile(r":(?:80|443)\Z")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
#: what a server makes up for a visit: long, letters or hexadecimal digits mixed with figures
_TOKEN = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9]{16,}\Z")
#: an aggregator's page that does nothing but lead to another: where the other's address stands in it
_WRAPPER = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?\Z")


@functools.lru_cache(maxsize=1_024)  # an entry's is asked for when it is known again, and when it is kept
def canonical_url(url: str) -> str | None:
    """`url` reduced; None where it is no http(s) address.

    Tracking and session parameters, fragment (unless it names a page), default port, AMP suffix and case of
    the host go; all other parameters stay, sorted. http and https count as one. A search engine's link to a
    page is that page. Mobile hosts are left alone: they are not always the same page.
    """
    if len(url) > MAX_LENGTH:
        return None
    if (plain := _PLAIN.fullmatch(url)) and not _AMP_PATH.search(url):
        return f"https://{plain[1].lower()}{plain[2] or '/'}"
    return _canonical(url)


def _canonical(url: str) -> str | None:
    from w3lib.url import canonicalize_url  # costs 0.1 s to import: paid on first use

    try:
        cleaned = unwrapped("".join(scrub(url).split("\n")).strip().replace(" ", "%20"))
        parts = urlsplit(cleaned)
        if parts.scheme not in ("http", "https") or not parts.hostname or not 0 < (parts.port or 80) < 65_536:
            return None
        route = parts.fragment if _ROUTE.match(parts.fragment) else ""
        return _reduced(canonicalize_url(cleaned), quote(route, safe="/%:@!$&'()*+,;=~-._?"))
    except ValueError:  # what urllib.parse says to a broken host or port
        return None


def same_page(one: str | None, other: str | None) -> bool:
    """Whether two reduced addresses lead to one page:
    equal, or apart only in what looks like a session's token.
    """
    return one == other or (
        one is not None and other is not None and _sessionless(one) == _sessionless(other)
    )


def unwrapped(url: str) -> str:
    """Where a search engine's redirecting link leads, else `url`."""
    parts = urlsplit(url)
    if parts.path != "/url" or not _WRAPPER.match((parts.hostname or "").lower()):
        return url
    inner = parse_qs(parts.query)
    target = next(iter(inner.get("url") or inner.get("q") or ()), "")
    return target if target.startswith(("http://", "https://")) else url


def _reduced(url: str, route: str) -> str | None:
    parts = urlsplit(url)
    if not parts.hostname or " " in parts.netloc:
        return None
    pairs = [pair for pair in parts.query.split("&") if pair and not _drops(pair)]
    # "/." in front, or a path that begins with two slashes would be read as a host
    path = urlsplit(urljoin(url, "/." + (quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/"))).path
    path = _AMP_PATH.sub("", _PATH_SESSION.sub("", path)).rstrip("/") or "/"
    host = _DEFAULT_PORT.sub("", parts.netloc.rpartition("@")[2].lower()).rstrip(".")
    return urlunsplit(("https", host, path, "&".join(pairs), route))


def _drops(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    return name in _dropped() or value in _DRESS.get(name, ())


def _sessionless(url: str) -> str:
    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if not _TOKEN.match(pair.partition("=")[2])]
    return urlunsplit(parts._replace(query="&".join(pairs)))


@functools.cache
def _dropped() -> frozenset[str]:
    return frozenset().union(*sections("query_parameters.txt").values())
