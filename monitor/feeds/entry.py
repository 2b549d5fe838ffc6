"""Pure. One entry's raw words, from any format, to an `Entry`: cleaned, capped, its address made whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from monitor.feeds.clean import to_line, to_text
from monitor.feeds.dates import parse_date
from monitor.feeds.decode import scrub
from monitor.model import Entry

#: characters kept of a title, and of a summary or content: of the words, not of the markup around them
MAX_TITLE = 2_048
MAX_BODY = 262_144
#: characters of markup that are read for them; a document is bounded before it comes here
MAX_MARKUP = 10_000_000
#: an entry without a title is called by its first words
MAX_FIRST_WORDS = 100
MAX_ADDRESS = 4_096
MAX_WORDS = 500

#: not behind an abbreviation or an initial ("Jan. 5", "Gen. Yevkurov")
_SENTENCE = re.compile(r".{20,}?(?:[^\W\d_]{4}[»”’\")]?\.|[!?…؟。])[»”’\")]?(?=\s|\Z)")
_SPACE = re.compile(r"\s")
_URL_NOISE = re.compile(r"[\t\r\n]")
#: an address in which nothing is to be mended
_WHOLE = re.compile(r"https?://[A-Za-z0-9.-]*[A-Za-z0-9](?::[0-9]{1,4})?(?:/[A-Za-z0-9/._~,+%=-]*)?")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?=[-_]|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """What a format says about one entry, still with its markup; empty strings where it says nothing."""

    guid: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: str = ""
    language: str = ""
    #: the outlet that an aggregator names for it
    source: str = ""
    #: its part of the document, for the evidence record
    raw: bytes = b""


def tidy(raw: RawEntry, base: str) -> tuple[Entry | None, str]:
    """The entry, and a remark where something was cut.

    None where there is nothing to keep. `base`: the feed's address.
    """
    title, summary, content = to_line(raw.title[:MAX_MARKUP]), _words(raw.summary), _words(raw.content)
    title = title if any(map(str.isalnum, title)) else (title and first_words(summary or content)) or title
    guid = _one_line(raw.guid)[:MAX_ADDRESS] or None
    url = whole_url(raw.url, base)
    if not (title or summary or content or guid or url):
        return None, "an entry without any words was left out"
    entry = Entry(
        guid=guid,
        url=url,
        title=title[:MAX_TITLE] or first_words(summary or content),
        summary=summary[:MAX_BODY],
        content="" if content == summary else content[:MAX_BODY],
        author=to_line(raw.author[:MAX_TITLE])[:MAX_WORDS],
        published_raw=_one_line(raw.published)[:MAX_WORDS],
        published_at=parse_date(raw.published),
        language=language_tag(raw.language),
        outlet=to_line(raw.source[:MAX_TITLE])[:MAX_WORDS],
        raw=raw.raw,
    )
    return entry, _cut(title, summary, content)


def whole_url(url: str, base: str) -> str | None:
    """`url` made absolute against `base`; None unless it is http(s) with a host.

    As the URL standard reads it (https://url.spec.whatwg.org/#concept-basic-url-parser): spaces around it and
    line breaks and tabs inside it go, a space inside it is `%20`. `&amp;` is escaped once too often: no name
    begins so.
    """
    if _WHOLE.fullmatch(url):
        return url if len(url) <= MAX_ADDRESS else None
    try:
        written = _SPACE.sub(lambda one: quote(one[0]), _URL_NOISE.sub("", scrub(url).strip()))
        written = written.replace("&amp;", "&")
        joined = urljoin(base, written) if written else ""
        parts = urlsplit(joined)
        host = parts.hostname or "%"
        usable = parts.scheme in ("http", "https") and "%" not in host
    except ValueError:
        return None
    return joined if usable and len(joined) <= MAX_ADDRESS else None


def language_tag(tag: str) -> str | None:
    """The primary language of a BCP 47 tag, lower case (`ar-LY` is `ar`); None where it is none."""
    found = _LANGUAGE.match(tag.strip())
    return found.group().lower() if found else None


def first_words(text: str) -> str:
    """What an entry without a title is called:
    its first sentence or line, at most 100 characters, cut between words.
    """
    line = text.split("\n", 1)[0]
    sentence = _SENTENCE.match(line)
    words = sentence.group().strip() if sentence else line
    if len(words) <= MAX_FIRST_WORDS:
        return words
    return words[:MAX_FIRST_WORDS].rsplit(" ", 1)[0].rstrip(" ,;:،؛") + "…"


def _words(markup: str) -> str:
    return to_text(markup[:MAX_MARKUP])


def _one_line(text: str) -> str:
    return " ".join(scrub(text).split())


def _cut(title: str, summary: str, content: str) -> str:
    parts = [
        f"title cut to {MAX_TITLE:,} characters" if len(title) > MAX_TITLE else "",
        f"text cut to {MAX_BODY:,} characters" if max(len(summary), len(content)) > MAX_BODY else "",
    ]
    return "; ".join(filter(None, parts))
