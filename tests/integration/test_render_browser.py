"""Mails in a real browser: they fit a phone, and what a feed says does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitor.demo import messages
from monitor.messages.templates import Templates, load
from scripts.screenshot import PHONE, Picture, draw
from tests.golden.alerts.cases import TEMPLATES, contexts, with_item
from tests.support.press import PRESS
from tests.support.services import need

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("chromium")]

TITLE = "<img src=x onerror=document.body.style.width='5000px'>" + "Überlang" * 30


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load(TEMPLATES)


def long_words() -> dict[str, Any]:
    from monitor.messages.alert import alert_context

    story = messages.judge().judge(with_item(messages.stories()[0], title=TITLE, outlet=TITLE))
    return alert_context(story, reason="new", now=messages.NOW, sides=PRESS.sides)


@pytest.mark.parametrize(
    ("name", "context"),
    [
        pytest.param("email/digest.html", contexts()["scripts"], id="six languages"),
        pytest.param("email/digest.html", contexts()["arabic-frame"], id="Arabic frame"),
        pytest.param("email/alert.html", contexts()["alert"], id="alert"),
        pytest.param("email/alert.html", long_words(), id="words without an end, and markup"),
    ],
)
def test_a_mail_fits_a_phone(
    templates: Templates, tmp_path: Path, name: str, context: dict[str, Any]
) -> None:
    """390 px, no scrolling sideways; markup in a title would make the page wider if it ran."""
    (chromium,) = need("chromium")
    picture = Picture("phone", templates.html(name, context), PHONE)
    assert draw(picture, str(chromium), tmp_path / "phone.png") <= PHONE
    assert (tmp_path / "phone.png").stat().st_size > 10_000
