"""Templates: the bundled ones are right, an operator's mistakes are found with their lines, what wants too much is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.demo import messages
from monitor.errors import ConfigError
from monitor.messages.templates import NAMES, Templates, check, load

BUNDLED = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture(scope="module")
def bundled() -> Templates:
    return check(BUNDLED, None, messages.contexts())


def override(folder: Path, name: str, source: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return folder


def mistakes(folder: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(ConfigError) as caught:
        check(BUNDLED, folder, messages.contexts())
    return [(Path(m.file).name, m.line, m.message) for m in caught.value.mistakes]


def test_the_operators_template_is_used_and_the_rest_stays(tmp_path: Path) -> None:
    """One file changes one message."""
    folder = override(tmp_path, "email/alert.subject.txt", "Mine: {{ story.title }}\n")
    templates = check(BUNDLED, folder, messages.contexts())
    context = messages.contexts()["alert"][0]
    assert templates.render("email/alert.subject.txt", context).startswith("Mine: Haftar")
    assert templates.render("email/alert.txt", context).startswith("Alert: New story")


def test_rendering_reads_no_file(tmp_path: Path) -> None:
    """Templates are loaded once: an edit half-way through a day changes nothing until a reload."""
    folder = override(tmp_path, "email/alert.subject.txt", "{% include 'email/_own.txt' %}")
    override(tmp_path, "email/_own.txt", "one")
    templates = load(BUNDLED, folder)
    (folder / "email" / "_own.txt").unlink()
    assert templates.render("email/alert.subject.txt", {}) == "one"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        pytest.param("ok\n{% if %}", 2, "Expected an expression", id="syntax"),
        pytest.param("ok\n\n{{ story.titel }}", 3, "titel", id="a name that does not exist"),
        pytest.param("\n{{ story|nope }}", 2, "No filter named 'nope'", id="a filter that does not exist"),
        pytest.param(
            "\n{{ story.title|safe }}", 2, "No filter named 'safe'", id="escaping cannot be left out"
        ),
        pytest.param("\n{% autoescape false %}x{% endautoescape %}", 2, "autoescape", id="nor switched off"),
        pytest.param("{% include 'email/gone.txt' %}", 1, "gone.txt", id="an include that is not there"),
        pytest.param("\n{{ story.outlets }}", 2, "cannot be printed", id="a list is not text"),
        pytest.param("\n{{ ''.__class__.__mro__ }}", 2, "unsafe", id="the way out of the sandbox"),
        pytest.param("\n{{ cycler }}", 2, "cycler", id="no globals"),
        pytest.param(
            "{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "without end", id="endless recursion"
        ),
    ],
)
def test_mistakes_have_their_file_and_line(tmp_path: Path, source: str, line: int, said: str) -> None:
    """As `monitor check` prints them."""
    ((file, found, message),) = mistakes(override(tmp_path, "email/alert.html", source))
    assert (file, found) == ("alert.html", line)
    assert said in message


#: each is a little over its limit and would be harmless without one
TOO_MUCH = [
    pytest.param("{{ 'x' * 100001 }}", id="repetition"),
    pytest.param("{{ ('x' * 1000) * 101 }}", id="repetition of a repetition"),
    pytest.param("{{ [1] * 100001 }}", id="a long list"),
    pytest.param("{{ '%1000d'|format(1) }}", id="format filter"),
    pytest.param("{{ '%1000d' % 1 }}", id="format operator"),
    pytest.param("{{ '%*d' % (10, 1) }}", id="format with a given width"),
    pytest.param("{{ '{:>3000000}'.format(1) }}", id="format method"),
    pytest.param("{{ 'x'.center(10) }}", id="padding"),
    pytest.param("{{ 9 ** 5000 }}", id="power"),
    pytest.param("{% set a = 'x' * 90000 %}" + "{% set a = a ~ a %}" * 5 + "{{ a }}", id="doubling by ~"),
    pytest.param("{% set a = 'x' * 90000 %}" + "{% set a = a + a %}" * 5 + "{{ a }}", id="doubling by +"),
    pytest.param("{% set a = ['x'] * 99 %}{{ a|join('y' * 30000) }}", id="join"),
    pytest.param("{{ ('x' * 99)|replace('x', 'y' * 30000) }}", id="replace"),
    pytest.param("{% set a = ['x' * 90000] * 30 %}{{ a|tojson }}", id="JSON"),
    pytest.param(
        "{% set a = 'x' * 500 %}{% for b in a %}{% for c in a %}{% endfor %}{% endfor %}",
        id="nested loops without output",
    ),
    pytest.param("{% set a = 'x' * 1500 %}{% for b in a %}{{ a }}{% endfor %}", id="much output"),
    pytest.param(
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(18) }}",
        id="macros",
    ),
]


@pytest.mark.parametrize("source", TOO_MUCH)
def test_a_template_that_wants_too_much_is_a_mistake(tmp_path: Path, source: str) -> None:
    """At the limit, not when the memory or the time is gone."""
    assert len(mistakes(override(tmp_path, "email/alert.txt", source))) == 1


def test_json_that_is_not_json_is_found(tmp_path: Path) -> None:
    """In our house, not at the receiver's; all mistakes at once."""
    folder = override(tmp_path, "slack/alert.json", '{"text": "{{ subject }}", }')
    override(folder, "webhook/alert.json", '{"type": "x"}')
    override(folder, "webhook/digest.json", "[]")
    assert [(file, message.split(":")[0]) for file, _, message in mistakes(folder)] == [
        ("alert.json", "does not give JSON"),
        ("alert.json", "gives an object without 'timestamp'"),
        ("digest.json", "gives JSON, but not an object"),
    ]


def test_a_template_that_nothing_uses_is_found(tmp_path: Path) -> None:
    """A misspelt name would otherwise change nothing, in silence."""
    folder = override(tmp_path, "email/digest_.html", "x")
    with pytest.raises(ConfigError) as caught:
        load(BUNDLED, folder)
    (mistake,) = caught.value.mistakes
    assert mistake.remedy == "did you mean 'email/digest.html'?"
    with pytest.raises(ConfigError, match="no such folder"):
        load(BUNDLED, tmp_path / "nowhere")


@pytest.mark.parametrize("name", [n for n in NAMES if n.endswith(".html")])
def test_mails_are_built_for_mail_clients(bundled: Templates, name: str) -> None:
    """Layout tables are presentation, no images, no scripts, no `bdi`, styles inlined, one h1 at most."""
    for context in messages.contexts()[name.split("/")[1].split(".")[0]]:
        html = bundled.html(name, context)
        assert re.match(
            rf'<!DOCTYPE html><html lang="{context["lang"]}" dir="{context["dir"]}">', html, re.IGNORECASE
        )
        tables = re.findall(r"<table[^>]*>", html)
        assert all('role="presentation"' in t or 'class="contacts' in t for t in tables)
        assert not re.search(r"<(img|script|bdi|link|iframe|form)\b", html)
        assert 'style="' in html
        assert html.count("<style") == 1
        assert "@media (prefers-color-scheme: dark)" in html
        assert html.count("<h1") <= 1
        assert len(html) < 40_000


def test_arabic_stands_right_to_left_and_only_there(bundled: Templates) -> None:
    """Each title and quotation has its own direction and language, whatever the frame's."""
    html = bundled.html("email/digest.html", messages.contexts()["digest"][0])
    assert re.search(r'<div dir="rtl" lang="ar"><h3[^>]*text-align: right', html)
    assert re.search(r'<div dir="ltr" lang="en"><h3', html)
    arabic = bundled.html("email/digest.html", messages.contexts()["digest"][1])
    assert re.search(r'<html lang="ar" dir="rtl">', arabic)
    assert "الإيجاز اليومي" in arabic


def test_the_text_part_keeps_to_its_width(bundled: Templates) -> None:
    """76 columns, and every address alone on its line."""
    for kind in ("alert", "digest"):
        for context in messages.contexts()[kind]:
            for line in bundled.render(f"email/{kind}.txt", context).splitlines():
                assert len(line) <= 78 or "://" in line
                assert "://" not in line or re.fullmatch(r"\s*https?://\S+", line)


def test_severity_is_a_word_and_not_only_a_colour(bundled: Templates) -> None:
    """In HTML, text and Slack."""
    context = messages.contexts()["digest"][0]
    for name in ("email/digest.html", "email/digest.txt", "slack/digest.json"):
        assert re.search("high", bundled.render(name, context), re.IGNORECASE)
