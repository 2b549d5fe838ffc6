"""The pages of stories: what a reader finds on them, and what the buttons do."""

from __future__ import annotations

import io
import re
import urllib.request
import zipfile
from typing import TYPE_CHECKING

import pytest

from monitor.model import EventKind, Finding
from monitor.store import events, feeds, silences, stories
from tests.support.desk import ARABIC, RUSSIAN, STORY, Place, newsroom, opened
from tests.support.stored import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Three stories in three scripts, looked at two hours later."""
    with opened(tmp_path) as made:
        newsroom(made.app.db)
        made.now += 2 * HOUR
        yield made


def ids(page: str) -> list[str]:
    """The stories of a page in their order."""
    return re.findall(r'<a id="t-([^"]+)"', page)


def test_the_newest_and_most_severe_story_stands_first(place: Place) -> None:
    """By day, then by severity, each in its script with its evidence marked."""
    page = place.read("/")

    assert ids(page) == [ARABIC, STORY, RUSSIAN]
    assert '<h3 lang="ar" dir="rtl">' in page
    assert "<mark>حفتر</mark>" in page
    assert "&lt;script&gt;" in page
    assert "2 reports, 1 copied" in page
    assert '<span class="sev critical">critical</span>' in page
    assert len(page.encode()) < 50_000


def test_the_first_page_says_whether_the_monitor_is_blind_or_mute(place: Place) -> None:
    """What is wrong, since when, and what to do; nothing where all is well."""
    with place.app.db.transaction() as tx:
        events.see(
            tx, [Finding(kind=EventKind.RECEIVER_SUSPENDED, subject="folder", detail="HTTP 410")], place.now
        )
        events.see(
            tx,
            [Finding(kind=EventKind.FEED_FAILING, subject=name) for name in ("gazette", "vestnik")],
            place.now,
        )
    wrong = re.findall(r'<p class="problem">(.*?)</p>', place.read("/"))
    told = [re.sub(r"<[^>]+>", "", line) for line in wrong]
    at = f"{place.now:%H:%M}"
    assert (
        f"Receiver folder is suspended: HTTP 410, since {at}. correct it and reload the monitor, or run monitor deliveries retry."
        in told
    )
    assert any(line.startswith(f"2 feeds need a look, since {at}. ") for line in told)
    assert 'href="/deliveries"' in next(line for line in wrong if "suspended" in line)
    assert any("run <code>monitor deliveries retry</code>" in line for line in wrong)
    with place.app.db.transaction() as tx:
        events.close(tx, events.unclosed(tx), place.now)
    assert "suspended" not in place.read("/")
    late = re.sub(r"<[^>]+>", "", place.read("/"))
    assert re.search(r"polling stands still: \d due, the oldest \w+, since .*\. \w.*\.", late), late
    with place.app.db.transaction() as tx:
        feeds.put_off(tx, "gazette", place.now + HOUR)
        feeds.put_off(tx, "vestnik", place.now + HOUR)
    assert "Nothing is wrong" in place.read("/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("watchlist=wagner", [RUSSIAN], id="watchlist"),
        pytest.param("severity=critical", [ARABIC], id="severity"),
        pytest.param("lang=ru", [RUSSIAN], id="language"),
        pytest.param("period=1", [ARABIC, STORY], id="period"),
        pytest.param("q=haftar", [ARABIC], id="a name in another script"),
        pytest.param("q=Wagner+Group", [STORY], id="a name of two words"),
        pytest.param("who=Elders+of+Sirte", [ARABIC], id="person"),
        pytest.param("q=nothing-of-the-kind", [], id="nothing"),
        pytest.param("severity=absurd&period=x", [ARABIC, STORY, RUSSIAN], id="not to be understood"),
    ],
)
def test_stories_are_found_by_every_filter(place: Place, query: str, found: list[str]) -> None:
    """What is chosen stays chosen."""
    page = place.read(f"/?{query}")

    assert ids(page) == found
    assert found or "No story passes these filters" in page


def test_an_open_page_is_told_what_is_new_and_nothing_else(place: Place) -> None:
    """204 while nothing changed; then the list alone."""
    fresh = re.findall(r'hx-get="(/\?seen=[^"]+)"', place.read("/"))[0]
    live = {"HX-Request": "true"}
    assert place.ask(path=fresh, headers=live)[0] == 204

    with place.app.db.transaction() as tx:
        silences.acknowledge(tx, ARABIC, author="Ana", now=place.now)
    part = place.read(fresh, headers=live)
    assert part.lstrip().startswith("<section")
    assert "acknowledged" in part


def test_older_stories_are_on_the_next_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each story once, however many pages there are."""
    monkeypatch.setattr("monitor.desk.latest.PAGE", 1)
    page, seen = place.read("/"), []
    for _ in range(5):
        seen += ids(page)
        more = re.findall(r'href="([^"]+)" rel="next"', page)
        if not more:
            break
        page = place.read(more[0].replace("&amp;", "&"))

    assert seen == [ARABIC, STORY, RUSSIAN]


def test_a_story_says_who_told_it_first_and_why_it_fired(place: Place) -> None:
    """Copies are folded below what they repeat."""
    page = place.read(f"/stories/{ARABIC}")

    assert '<h1 id="title" lang="ar" dir="rtl">' in page
    assert "First told by <bdi>Gazette</bdi>" in page
    assert "<summary>1 copy</summary>" in page
    assert "contacts/meet" in page
    assert f'href="/stories/{RUSSIAN}"' in page
    assert "Elders of Sirte" in page
    assert place.ask(path="/stories/s-no-such")[0] == 404


def test_an_acknowledgement_has_a_name(place: Place) -> None:
    """Whoever looks next sees who looks after it."""
    status, _, headers = place.post(f"/stories/{ARABIC}/acknowledge", f"/stories/{ARABIC}", note="mine")

    assert (status, headers["Location"]) == (303, f"/stories/{ARABIC}")
    assert "acknowledged by Ana" in place.read(f"/stories/{ARABIC}")
    assert place.post(f"/stories/{ARABIC}/acknowledge", f"/stories/{ARABIC}", author=" ")[0] == 400


def test_a_silence_has_a_reason_and_an_end(place: Place) -> None:
    """And is for this story alone."""
    path = f"/stories/{ARABIC}"
    assert place.post(f"{path}/silence", path, reason="", hours="8")[0] == 400
    assert place.post(f"{path}/silence", path, reason="x", hours="100000")[0] == 400
    assert place.post(f"{path}/silence", path, reason="known", hours="8")[0] == 303
    with place.app.db.snapshot() as tx:
        (made,) = silences.alive(tx, place.now)

    assert [str(matcher) for matcher in made.matchers] == [f'story="{ARABIC}"']
    assert (made.author, made.ends_at) == ("Ana", place.now + 8 * HOUR)
    assert "silenced until" in place.read(path)


def test_a_false_alarm_silences_what_it_names(place: Place) -> None:
    """The same as behind the link of an alert."""
    path = f"/stories/{RUSSIAN}"
    filled = {"watchlist": "wagner", "reason": "a choir", "days": "30"}
    assert place.post(f"{path}/false", path, **filled | {"watchlist": "contacts"})[0] == 400
    assert place.post(f"{path}/false", path, **filled)[0] == 303

    assert [made.watchlist for made in place.kept()] == ["wagner"]
    assert "Nothing fires any more" in place.read(path)


def test_stories_are_merged_and_split(place: Place) -> None:
    """The id of one that was taken in leads on."""
    path = f"/stories/{RUSSIAN}"
    assert place.post(f"{path}/merge", path, into="s-no-such")[0] == 400
    status, _, headers = place.post(f"{path}/merge", path, into=ARABIC)
    assert (status, headers["Location"]) == (303, f"/stories/{ARABIC}")
    status, _, headers = place.ask(path=path)
    assert (status, headers["Location"]) == (303, f"/stories/{ARABIC}")

    path = f"/stories/{ARABIC}"
    assert place.post(f"{path}/split", path)[0] == 400
    status, said, _ = place.post(f"{path}/split", path, item=["2", "3", "4"])
    assert (status, "some must stay" in said) == (409, True)
    status, _, headers = place.post(f"{path}/split", path, item="4")
    assert status == 303
    with place.app.db.snapshot() as tx:
        fresh = stories.load(tx, headers["Location"].rpartition("/")[2])
    assert fresh is not None
    assert [item.id for item in fresh.items] == [4]


def test_a_case_is_one_file_and_the_same_each_time(place: Place) -> None:
    """With what others need to verify it."""
    answers = [fetched(place, f"/stories/{ARABIC}/case.zip") for _ in range(2)]
    names = zipfile.ZipFile(io.BytesIO(answers[0])).namelist()

    assert answers[0] == answers[1]
    assert f"case-{ARABIC}/SHA256SUMS" in names
    assert f"case-{ARABIC}/index.html" in names


def fetched(place: Place, path: str) -> bytes:
    """A file as it is."""
    with urllib.request.urlopen(f"http://127.0.0.1:{place.port}{path}", timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a form elsewhere"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbour"),
        pytest.param({"Origin": "https://evil.example"}, id="an older browser"),
        pytest.param({"Origin": "null"}, id="a frame without an origin"),
    ],
)
def test_what_another_site_sends_is_refused(place: Place, headers: dict[str, str]) -> None:
    """Even with a token that was made here."""
    token = re.findall(r'name="form" value="([^"]+)"', place.read(f"/stories/{ARABIC}"))[0]
    body = f"form={token}&author=Eve"
    path = f"/stories/{ARABIC}/acknowledge"
    assert place.ask("POST", path, body=body, headers=headers)[0] == 403
    assert place.ask("POST", path, body="author=Eve")[0] == 403
    assert place.ask("POST", path, body=body.replace(".", ".0"))[0] == 403

    place.now += 25 * HOUR
    assert place.ask("POST", path, body=body)[0] == 403
    with place.app.db.snapshot() as tx:
        assert silences.acknowledgements(tx, [ARABIC]) == ()
