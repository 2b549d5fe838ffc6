"""The desk as an ASGI application: reads requests, asks the rules of access, makes pages in a few threads."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from monitor import logs
from monitor.desk import (
    contacts,
    deliveries,
    edit,
    feeds,
    latest,
    metrics,
    signed,
    slack,
    story,
    templates,
    workbench,
)
from monitor.desk.access import SPENT, Access, Refused
from monitor.desk.asked import Answer, Asked
from monitor.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from threading import Event

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from monitor.desk.asked import Desk

    Page = Callable[[Desk, Asked], Answer]
    Guard = Callable[[Access, Asked], Asked]

log = logs.get("desk")

#: of a form; a text to be tried may be long
MAX_BODY = 200_000
MAX_FIELDS = 500
#: no script, style, picture or request but our own; nobody frames us (Content Security Policy Level 3)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
#: address, methods, page
PAGES: Sequence[tuple[str, str, Page]] = (
    *latest.PAGES,
    *story.PAGES,
    *contacts.PAGES,
    *feeds.PAGES,
    *deliveries.PAGES,
    *workbench.PAGES,
    *edit.PAGES,
    ("/metrics", "GET", metrics.metrics),
)
#: pages that look after themselves: no token is asked for
OPEN: Sequence[tuple[str, str, Page]] = (
    ("/healthz", "GET", metrics.alive),
    ("/readyz", "GET", metrics.ready),
    ("/static/{name}", "GET", templates.static),
    *slack.PAGES,
)
#: what a signed link opens, and nothing else is asked for
LINKED = signed.PAGES


def application(desk: Desk) -> ASGIApp:
    """The desk, ready to be served."""
    routes = [
        *_routes(desk, OPEN, _let_in),
        *_routes(desk, PAGES, _guarded),
        *_routes(desk, LINKED, _linked),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: partial(_lost, desk)})
    return partial(_with_headers, app)


def warm(desk: Desk, ended: Event) -> None:
    """Make what first views would wait for: templates, names, patterns, the register, at last the matcher;
    until the desk has `ended`.

    Meant for a thread of its own; what cannot be made now is made when it is asked for.
    """
    known = templates.environment()
    for name in known.list_templates():
        known.get_template(name)
    receivers = [r.name for r in desk.app.parts.settings.config.receivers]
    for at, how, page in PAGES:
        if ended.is_set():
            return
        if how == "GET" and "{" not in at and "." not in at:
            asked = Asked(now=desk.app.clock(), path=at, query={"receiver": receivers, "q": ["a"]})
            with suppress(Refused, StoreError, ConfigError):
                _response(desk, asked, page(desk, asked))
    with suppress(ConfigError):
        desk.app.parts.prepare()


def _routes(desk: Desk, pages: Iterable[tuple[str, str, Page]], guard: Guard) -> list[Route]:
    return [Route(at, _endpoint(desk, page, guard), methods=[how]) for at, how, page in pages]


def _endpoint(desk: Desk, page: Page, guard: Guard) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request) if request.method == "POST" else None
            return await run_in_threadpool(_answered, desk, page, request, body, guard)
        except Refused as refused:
            return _refusal(desk, request, refused)

    return endpoint


def _answered(desk: Desk, page: Page, request: Request, body: bytes | None, guard: Guard) -> Response:
    asked = None
    try:
        asked = guard(Access.of(desk.app.parts.settings), _read(desk, request, body))
        answer = page(desk, asked)
        if answer.status >= 400:
            _forgive(asked)
        return _response(desk, asked, answer)
    except Refused as refused:
        _forgive(asked)
        return _refusal(desk, request, refused)
    except StoreError as error:
        _forgive(asked)
        log.warning("page_refused", path=request.url.path, reason=str(error))
        # what was asked cannot be done, or nothing can be done now
        return _refusal(desk, request, Refused(409 if body is not None else 503, str(error)))
    except Exception:
        log.exception("page_failed", path=request.url.path)
        return _refusal(desk, request, Refused(500, "This page cannot be made: the monitor's log says why."))


def _forgive(asked: Asked | None) -> None:
    """What came to nothing may be sent again."""
    if asked is not None and asked.genuine:
        SPENT.forgive(asked.field("form"))


def _read(desk: Desk, request: Request, body: bytes | None) -> Asked:
    """The request, whoever it is from."""
    return Asked(
        now=desk.app.clock(),
        path=request.url.path,
        parts={name: str(value) for name, value in request.path_params.items()},
        query=_fields(request.url.query),
        form=_fields(body.decode("utf-8", "replace")) if body is not None else None,
        headers=request.headers,
        body=body or b"",
        accepted=request.headers.get("accept-language", ""),
        partial=request.headers.get("hx-request") == "true",
    )


def _let_in(_access: Access, asked: Asked) -> Asked:
    return asked


def _guarded(access: Access, asked: Asked) -> Asked:
    """Raises Refused: the request is not allowed."""
    access.check_host(asked.headers)
    visitor = access.visitor(asked.headers)
    if asked.form is not None:
        access.check_form(asked.headers, asked.field("form"), visitor, asked.now)
    return replace(asked, visitor=visitor, form_token=access.form_token(visitor, asked.now))


def _linked(access: Access, asked: Asked) -> Asked:
    """The page says what is wrong, in the reader's language."""
    bound, genuine = f"link {asked.get('token')}", True
    if asked.form is not None:
        try:
            access.check_form(asked.headers, asked.field("form"), bound, asked.now)
        except Refused:
            genuine = False
    return replace(asked, genuine=genuine, form_token=access.form_token(bound, asked.now))


async def _body(request: Request) -> bytes:
    """What was sent. Raises Refused: it is too much."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > MAX_BODY:
            raise Refused(413, "That is too much at once.")
    return bytes(found)


def _fields(text: str) -> dict[str, list[str]]:
    """The values of each field; nothing where there are too many."""
    try:
        return parse_qs(text, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}


def _response(desk: Desk, asked: Asked, answer: Answer) -> Response:
    if answer.document is not None:
        return Response(answer.document, answer.status, dict(answer.headers))
    page = templates.render(desk, asked, answer.template, answer.values)
    return Response(page, answer.status, dict(answer.headers), media_type="text/html")


def _refusal(desk: Desk, request: Request, refused: Refused) -> Response:
    asked = Asked(now=desk.app.clock(), path=request.url.path)
    page = templates.render(desk, asked, "refused.html", {"status": refused.status, "why": refused.why})
    headers = {"Connection": "close"} if refused.status == 413 else {}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="monitor", charset="UTF-8"'
    return Response(page, refused.status, headers, media_type="text/html")


async def _lost(desk: Desk, request: Request, error: HTTPException) -> Response:
    """No page of that address, or none that takes that method."""
    why = "There is no such page." if error.status_code == 404 else error.detail
    return await run_in_threadpool(_refusal, desk, request, Refused(error.status_code, why))


async def _with_headers(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given: list[Any] = message["headers"]
            there = {name.lower() for name, _ in given}
            ours = ((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
            message["headers"] = [*given, *(h for h in ours if h[0] not in there)]
        await send(message)

    await app(scope, receive, sent)
