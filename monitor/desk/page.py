"""Pure. The one page as HTML: everything that is not ours is escaped; nothing is loaded, nothing runs."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.languages.locale import Frame

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1.2rem}"
    "h1{font-size:1.3rem}label{display:block;margin:1rem 0 .2rem}"
    "input,select,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}"
    "button{margin-top:1.5rem}blockquote{margin:1rem 0;padding-inline-start:1rem;border-inline-start:3px solid}"
)
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
#: no script, no frame, no request but the form's own (Content Security Policy Level 3)
HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
#: how long a false alarm may be remembered, in days; the second is chosen
DAYS = (30, 90, 365)


def message(words: Frame, *paragraphs: str) -> str:
    """A page that says something and asks nothing."""
    return _page(words, "".join(f'<p dir="auto">{escape(text)}</p>' for text in paragraphs))


def form(
    words: Frame,
    *,
    token: str,
    title: str,
    watchlists: Sequence[tuple[str, str]],
    complaint: str = "",
) -> str:
    """What will happen, and the form that lets it. `watchlists`: id and title of those that matched."""
    lists = "".join(f'<option value="{escape(key)}">{escape(name)}</option>' for key, name in watchlists)
    days = "".join(
        f'<option value="{n}"{" selected" if n == DAYS[1] else ""}>{escape(words.count("days", n))}</option>'
        for n in DAYS
    )
    warned = f"<p><strong>{escape(complaint)}</strong></p>" if complaint else ""
    return _page(
        words,
        f'<blockquote dir="auto">{escape(title)}</blockquote><p>{escape(words.word("page.ask"))}</p>{warned}'
        f'<form method="post"><input type="hidden" name="token" value="{escape(token)}">'
        f'<label for="w">{escape(words.word("page.watchlist"))}</label><select id="w" name="watchlist">{lists}</select>'
        f'<label for="a">{escape(words.word("page.author"))}</label>'
        '<input id="a" name="author" required maxlength="80" dir="auto" autocomplete="name">'
        f'<label for="r">{escape(words.word("page.reason"))}</label>'
        '<input id="r" name="reason" required maxlength="300" dir="auto">'
        f'<label for="d">{escape(words.word("page.lasts"))}</label><select id="d" name="days">{days}</select>'
        f"<button>{escape(words.word('page.act'))}</button></form>",
    )


def _page(words: Frame, body: str) -> str:
    title = escape(words.word("page.title"))
    return (
        f'<!doctype html><html lang="{words.lang}" dir="{words.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
