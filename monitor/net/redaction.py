"""Pure. What may be said of a URL: where it leads, never what opens it.

`redact` is for text that anyone may see (logs, errors, evidence): every query goes. `masked` is for lists,
exports and the database, where an address must still be told from its neighbour: only what opens it is `***`.
`${NAME}` stands for a secret without being one, and stays.
"""

from __future__ import annotations

import functools
import re
from hashlib import blake2b

MASK = "***"

_URL = re.compile(r"""\b([a-z][a-z0-9+.-]{0,15}://)([^\s<>"'`{}|\\^]+)""", re.IGNORECASE)
#: services whose whole path is a key
_SECRET_HOST = re.compile(
    r"(^|\.)(slack\.com|slack-gov\.com|discord\.com|discordapp\.com|api\.telegram\.org|webhook\.office\.com"
    r"|logic\.azure\.com|hc-ping\.com|hooks\.[a-z0-9.-]+)$",
    re.IGNORECASE,
)
#: path parts after which a key follows, on any host
_SECRET_TAIL = re.compile(r"/(services|hooks?|webhooks?|ping)/.+", re.IGNORECASE)
#: path parts that are keys by their looks: long runs of letters and digits, UUIDs, long hexadecimal runs
#: within a part, bot tokens; a file's ending may follow
_SECRET_PART = re.compile(
    r"/(?:(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|bot\d+:[\w-]+"
    r"|[a-z]{1,20}[-_](?=[0-9a-f]*\d)[0-9a-f]{16,})(?=\.[a-z]{2,5}(?:/|$)|/|$)",
    re.IGNORECASE,
)
#: parts of both cases and digits where letters and digits meet three times and more, which words of a title
#: do not
_MIXED_PART = re.compile(
    r"/(?=[^/]*[a-z])(?=[^/]*[A-Z])(?=(?:[^/]*?(?:[A-Za-z]\d|\d[A-Za-z])){3})[A-Za-z0-9_-]{20,}={0,2}"
    r"(?=\.[a-z]{2,5}(?:/|$)|/|$)"
)
#: parameters whose value opens something, by their name
_SECRET_NAME = re.compile(
    r"(?:token|secret|password|passwd|passphrase|apikey|signature|credentials?)$"
    r"|(?:^|[_.-])(?:api|auth|access|feed|rss|user|private|pass|torrent|session|client|app|license)?"
    r"(?:key|auth|authorization|pass|pwd|pw|sig|hmac|jwt|bearer|sessid|sessionid|otp)$",
    re.IGNORECASE,
)
#: values that are keys by their looks
_SECRET_VALUE = re.compile(
    r"(?=[^&]*\d)(?=[^&]*[a-z])(?:[a-z0-9]{24,}|[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})={0,2}",
    re.IGNORECASE,
)
#: parameters that name a thing, however random the name looks
_NAMING = re.compile(r"(?:id|ids|^p|^q|query|list|channel)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def redact(text: str) -> str:
    """`text` with credentials, webhook keys, queries and fragments taken out of every URL;
    the rest as it was.
    """
    return _URL.sub(lambda found: found[1] + _plain(found[2]), text)


def masked(url: str) -> str:
    """A feed's address with what opens it as `***`: credentials, keys in the query and the path.

    Others are as given.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    place, asked, query, hash_, fragment = _parts(rest)
    login, path = _login(place)
    host = path.partition("/")[0]
    opened = f"{login if not _literal(login) else MASK}@" if login else ""
    query = "&".join(_masked_pair(pair) for pair in query.split("&"))
    fragment = MASK if _literal_pairs(fragment) else fragment
    return (
        scheme
        + mark
        + opened
        + host
        + _masked_path(host, path[len(host) :])
        + asked
        + query
        + hash_
        + fragment
    )


def opens(url: str) -> tuple[str, ...]:
    """What in `url` opens it, in plain words, surest first; empty where nothing does. `${NAME}` is no secret.

    The last kind, a part of the path or a value that only looks like a key, may be the name of something
    public.
    """
    _, mark, rest = url.partition("://")
    if not mark:
        return ()
    place, _, query, _, fragment = _parts(rest)
    login, path = _login(place)
    host = path.partition("/")[0]
    found = ["the user name and password"] if login and _literal(login) else []
    found += [f"the parameter {name!r}" for name in (*_literal_pairs(query), *_literal_pairs(fragment))]
    masked_path = _masked_path(host, path[len(host) :])
    lookalike = masked_path != path[len(host) :] or any(
        _masked_pair(pair) != pair and not _literal_pairs(pair) for pair in query.split("&")
    )
    return (*found, *([LOOKALIKE] if lookalike else []))


#: what `opens` calls a thing that may be a public name after all
LOOKALIKE = "a part that looks like a key"


@functools.lru_cache(maxsize=4096)  # of a feed it is asked for at every poll
def kept(url: str) -> str:
    """`url` as the database keeps it: masked, with a mark of four digits that tells a changed secret.

    The mark is 16 bits of a hash: enough to see a change, too little to try passwords against.
    """
    plain = masked(url)
    if plain == url:
        return url
    return f"{plain.partition('#')[0]}#{blake2b(url.encode('utf-8', 'replace'), digest_size=2).hexdigest()}"


def hidden(text: str, secrets: tuple[str, ...]) -> str:
    """`text` with every one of `secrets` as `***`."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _plain(rest: str) -> str:
    """The part of a URL after `//`, without its secrets."""
    place, asked, _ = _cut(rest, "?#")
    path = _login(place)[1]
    host = path.partition("/")[0]
    return host + _masked_path(host, path[len(host) :]) + ("?***" if asked == "?" else "")


def _login(place: str) -> tuple[str, str]:
    """Credentials, and host with path. A password may hold a slash that nobody encoded."""
    authority, slash, path = _cut(place, "/")
    if "@" in path and not authority.partition(":")[2].isdecimal() and ":" in authority:
        login, _, after = place.rpartition("@")
        return login, after
    login, at, host = authority.rpartition("@")
    return (login if at else ""), host + slash + path


def _masked_path(host: str, path: str) -> str:
    if _SECRET_HOST.search(host.partition(":")[0]):
        return f"/{MASK}" if len(path) > 1 and _literal(path) else path
    path = _SECRET_TAIL.sub(lambda found: found[0] if not _literal(found[0]) else f"/{found[1]}/{MASK}", path)
    return _MIXED_PART.sub(f"/{MASK}", _SECRET_PART.sub(f"/{MASK}", path))


def _masked_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:  # a bare key: `?4f9d8a…`
        return MASK if _SECRET_VALUE.fullmatch(name) else pair
    secret = _SECRET_NAME.search(name) or (_SECRET_VALUE.fullmatch(value) and not _NAMING.search(name))
    return f"{name}={MASK}" if secret and _literal(value) else pair


def _literal_pairs(query: str) -> list[str]:
    """The parameters whose name says that their value opens something, where it is written out."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return [name for name, equals, value in pairs if equals and _SECRET_NAME.search(name) and _literal(value)]


def _literal(text: str) -> bool:
    """Whether `text` holds more than placeholders, masks and the marks between them."""
    return bool(_PLACEHOLDER.sub("", text).replace(MASK, "").strip(":/"))


def _parts(rest: str) -> tuple[str, str, str, str, str]:
    """Place, `?`, query, `#`, fragment."""
    before, hash_, fragment = _cut(rest, "#")
    place, asked, query = _cut(before, "?")
    return place, asked, query, hash_, fragment


def _cut(text: str, marks: str) -> tuple[str, str, str]:
    """`text` before, at and after the first of `marks`."""
    at = next((n for n, c in enumerate(text) if c in marks), len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]
