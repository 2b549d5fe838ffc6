"""The only file that knows jinja2: loads every template once, keeps it sandboxed and bounded, finds its
mistakes.

The operator's folder is asked first, then the bundled one. After loading, rendering reads no file. Whether
values are escaped is told by the file's suffix: `.html` is, `.txt` and `.json` are not (JSON takes values
through `tojson`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import css_inline
from jinja2 import FunctionLoader, StrictUndefined, Template, nodes, pass_context
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from monitor.delivery.slack import blocks
from monitor.documents import suggestion
from monitor.errors import ConfigError, Mistake
from monitor.languages.locale import ENGLISH, frame
from monitor.messages import template_limits
from monitor.messages import text as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jinja2.runtime import Context

KINDS = ("alert", "digest", "notice")
#: what each kind of message needs
NAMES = tuple(
    name.format(kind)
    for kind in KINDS
    for name in (
        "email/{}.subject.txt",
        "email/{}.txt",
        "email/{}.html",
        "slack/{}.json",
        "webhook/{}.json",
    )
)
_FOLDERS = ("email", "slack", "webhook")
_SUFFIXES = (".txt", ".html", ".json")
_MAX_SOURCE = 200_000
_FILTERS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "striptags",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "urlencode",
    "wordcount",
]
_STR_METHODS = frozenset(
    [
        "startswith",
        "endswith",
        "lower",
        "upper",
        "title",
        "capitalize",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "rsplit",
        "splitlines",
        "removeprefix",
        "removesuffix",
        "find",
        "count",
        "isdigit",
        "isalpha",
        "isspace",
        "isupper",
        "islower",
        "partition",
        "rpartition",
    ]
)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with bounded operators, methods, loops and calls."""

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        template_limits.checked_operation(operator, left, right)
        return template_limits.sized(super().call_binop(context, operator, left, right))

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        template_limits.step()
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str) and attr not in _STR_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The tree, with loops counted and concatenations measured; no switching off of escaping."""
        tree = super()._parse(source, name, filename)
        for switch in tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            raise TemplateSyntaxError("autoescape cannot be switched", switch.lineno, name, filename)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = self._filtered(loop.iter, "_counted")
        for joined in list(tree.find_all(nodes.Concat)):
            joined.nodes = [self._filtered(n, "_piece") for n in joined.nodes]
        return tree

    def _filtered(self, node: nodes.Node, name: str) -> nodes.Expr:
        made = nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
        made.set_environment(self)
        return made


def _counted(values: Iterable[Any]) -> list[Any]:
    counted: list[Any] = []
    for value in values:
        template_limits.step()
        counted.append(value)
    return counted


def _piece(value: Any) -> Any:
    """A part of a `~`: half the limit at most, so that the whole stays within it."""
    text = value if isinstance(value, str) else template_limits.printable(value)
    if len(text) > template_limits.MAX_TEXT // 8:
        raise template_limits.TooMuch("a text too long to be put together with another")
    return text


@pass_context
def _upper(context: Context, value: Any) -> str:
    """Capitals as the language of the message has them."""
    return frame(str(context.get("lang", ENGLISH))).upper(template_limits.printable(value))


def _finalize(value: Any) -> Any:
    return (
        value if isinstance(value, str | int | float | StrictUndefined) else template_limits.printable(value)
    )


def _environment(sources: Mapping[str, tuple[Path, str]]) -> _Environment:
    def load(name: str) -> tuple[str, str, Any] | None:
        found = sources.get(name)
        return (found[1], str(found[0]), lambda: True) if found else None

    env = _Environment(
        loader=FunctionLoader(load),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        finalize=_finalize,
    )
    own = {
        "format": template_limits.format_text,
        "join": template_limits.join,
        "replace": template_limits.replace,
        "string": template_limits.printable,
        "upper": _upper,
        "tojson": lambda value: Markup(template_limits.to_json(value)),
        "slack": blocks.escape,
        "slack_link": blocks.link,
        "isolate": words.isolate,
        "wrap": words.wrap,
        "_counted": _counted,
        "_piece": _piece,
    }
    env.filters = {name: env.filters[name] for name in _FILTERS} | own
    env.globals = {}
    return env


@dataclass(frozen=True, slots=True)
class Templates:
    """Every template, compiled. `render` is a function of its arguments."""

    compiled: Mapping[str, Template]

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """The template `name` with `context` (plain data, see `monitor.messages.alert`).

        Raises jinja2's errors and `TooMuch` for a template that is wrong; `check` finds those beforehand.
        """
        made: list[str] = []
        size = 0
        template_limits.start()
        for chunk in self.compiled[name].generate(context):
            made.append(chunk)
            size += len(chunk)
            if size > template_limits.MAX_TEXT:
                raise template_limits.TooMuch(f"more than {template_limits.MAX_TEXT:,} characters")
        return "".join(made)

    def html(self, name: str, context: Mapping[str, Any]) -> str:
        """An HTML template with its styles written into the elements, as mail clients need it."""
        return inlined(self.render(name, context))

    def data(self, name: str, context: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON template, parsed. Raises ValueError when it is not a JSON object."""
        parsed = json.loads(self.render(name, context))
        if not isinstance(parsed, dict):
            raise ValueError("not a JSON object")
        return parsed


_INLINER = css_inline.CSSInliner(
    keep_style_tags=False, keep_link_tags=False, load_remote_stylesheets=False, keep_at_rules=False
)


def inlined(html: str) -> str:
    """`html` with its style sheets inlined; `<style data-css-inline="keep">` stays (media queries)."""
    return str(_INLINER.inline(html))


def load(bundled: Path, override: Path | None = None) -> Templates:
    """Read and compile every template, the operator's `override` before the `bundled` ones.

    Raises ConfigError with every mistake: unreadable files, syntax errors, names that nothing uses.
    """
    sources, mistakes = _read(bundled, override)
    env = _environment(sources)
    compiled: dict[str, Template] = {}
    for name, (path, _) in sources.items():
        try:
            compiled[name] = env.get_template(name)
        except (TemplateError, template_limits.TooMuch) as error:
            mistakes.append(_mistake(error, path))
    mistakes += [_plain(bundled, f"template {n!r} is missing") for n in NAMES if n not in sources]
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return Templates(compiled)


def check(
    bundled: Path, override: Path | None, samples: Mapping[str, Iterable[Mapping[str, Any]]]
) -> Templates:
    """Load, then render every template with every sample of its kind (`samples`: kind -> contexts).

    Raises ConfigError: one mistake for each template that fails, with its file and line.
    """
    templates = load(bundled, override)
    mistakes = [
        mistake
        for name in NAMES
        if (mistake := _tried(templates, name, samples[name.split("/")[1].split(".")[0]])) is not None
    ]
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return templates


def _tried(templates: Templates, name: str, samples: Iterable[Mapping[str, Any]]) -> Mistake | None:
    path = Path(str(templates.compiled[name].filename))
    for context in samples:
        try:
            text = templates.render(name, context)
            if name.endswith(".json"):
                _check_shape(name, json.loads(text))
        except json.JSONDecodeError as error:
            near = text[max(0, error.pos - 30) : error.pos + 10].replace("\n", " ")
            return _plain(
                path, f"does not give JSON: {error.msg} near {near!r}", "pass every value through tojson"
            )
        except (
            TemplateError,
            template_limits.TooMuch,
            RecursionError,
            TypeError,
            ValueError,
            KeyError,
        ) as error:
            return _mistake(error, path)
    return None


def _check_shape(name: str, data: Any) -> None:
    if not isinstance(data, dict):
        raise ValueError("gives JSON, but not an object")
    wanted = {"slack": ("text",), "webhook": ("type", "timestamp", "data")}[name.split("/")[0]]
    for key in wanted:
        if key not in data:
            raise ValueError(f"gives an object without {key!r}")


def _read(bundled: Path, override: Path | None) -> tuple[dict[str, tuple[Path, str]], list[Mistake]]:
    sources: dict[str, tuple[Path, str]] = {}
    mistakes: list[Mistake] = []
    for root in filter(None, (bundled, override)):
        if not root.is_dir():
            mistakes.append(_plain(root, "there is no such folder of templates"))
        for name, path in _files(root):
            stem = path.name
            if root is override and name not in NAMES and not stem.startswith("_"):
                mistakes.append(_plain(path, "nothing uses a template of this name", suggestion(name, NAMES)))
                continue
            try:
                text = path.read_text(encoding="utf-8-sig")
                if len(text) > _MAX_SOURCE:
                    mistakes.append(_plain(path, f"larger than {_MAX_SOURCE:,} characters"))
                sources[name] = (path, text)
            except (OSError, UnicodeDecodeError) as error:
                mistakes.append(_plain(path, f"cannot be read: {error}"))
    return sources, mistakes


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in _FOLDERS:
        for path in sorted((root / folder).glob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                yield f"{folder}/{path.name}", path


def _plain(path: Path, message: str, remedy: str = "") -> Mistake:
    return Mistake(file=str(path), line=None, column=None, message=message, remedy=remedy)


def _mistake(error: BaseException, path: Path) -> Mistake:
    """`error` with the file and line of the template in which it happened."""
    if isinstance(error, TemplateSyntaxError):
        where = error.filename or str(path)
        return Mistake(file=where, line=error.lineno, column=None, message=str(error.message))
    if isinstance(error, TemplateNotFound):
        message = f"includes {error.name!r}, which is not there"
    elif isinstance(error, RecursionError):
        message = "calls itself without end"
    else:
        message = str(error) or type(error).__name__
    file, line = _place(error, path)
    return Mistake(file=file, line=line, column=None, message=message)


def _place(error: BaseException, path: Path) -> tuple[str, int | None]:
    """The deepest line of a template in the traceback (jinja2 writes template lines into it)."""
    found: tuple[str, int | None] = (str(path), None)
    trace = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename.endswith(_SUFFIXES):
            found = (filename, trace.tb_lineno)
        trace = trace.tb_next
    return found
