"""`monitor feeds …` as an operator uses it: nothing is added unseen, nobody is asked twice, no secret is told."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from typer.testing import CliRunner

from monitor.app import opened
from monitor.cli.main import application
from monitor.cli.run import pass_once
from monitor.config import load
from monitor.errors import ConfigError
from monitor.feeds.seeds import load_feeds
from tests.support.line import ENTITIES, WATCHLIST
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEED = b"""<rss version="2.0"><channel><title>Harbour Desk</title><language>en</language>
<item><guid>1</guid><title>Putin received Khalifa Haftar on Monday</title><link>https://desk.example/1</link>
<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>
<item><guid>2</guid><title>The harbour was closed because of the storm</title>
<pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""
FILE = """\
# our sources
feeds:
  # the first
  - id: gazette
    url: https://gazette.example/rss   # by hand
    title: Gazette
    enabled: false
# more to come
"""
RSS_LINK = '<link rel="alternate" type="application/rss+xml" title="{0}" href="/{0}">'


@dataclass
class Place:
    """An operator's folder, and a publisher on loopback."""

    folder: Path
    web: Web

    @property
    def feeds(self) -> Path:
        return self.folder / "feeds.yaml"

    def run(self, *words: str, env: dict[str, str] | None = None) -> Any:
        return CliRunner().invoke(
            application(), [*words, "--config", str(self.folder / "monitor.yaml")], env=env
        )

    def add(self, path: str, *words: str, **more: Any) -> Any:
        url = path if "://" in path else self.web.url(path)
        return self.run("feeds", "add", url, *words, **more)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "data" / "monitor.db")) as db:
            return list(db.execute(query))

    def once(self) -> None:
        structlog.reset_defaults()  # a command that ran before logs to a stream that is closed
        with opened(load.load(self.folder / "monitor.yaml", {})) as running:
            pass_once(running, digest=False, everything=False)

    def everything_written(self) -> bytes:
        """All bytes of the data folder."""
        return b"".join(p.read_bytes() for p in (self.folder / "data").rglob("*") if p.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    lists = tmp_path / "watchlists" / "entities"
    lists.mkdir(parents=True)
    (lists / "people.yaml").write_text(ENTITIES, encoding="utf-8")
    (lists.parent / "contacts.yaml").write_text(WATCHLIST, encoding="utf-8")
    (tmp_path / "feeds.yaml").write_text(FILE, encoding="utf-8")
    with Web() as web:
        (tmp_path / "monitor.yaml").write_text(
            f"data: {tmp_path / 'data'}\nfeeds: feeds.yaml\nwatchlists: watchlists\n"
            f"polling: {{allow_networks: [127.0.0.0/8], allow_ports: [{web.port}], host_gap: 0s}}\n",
            encoding="utf-8",
        )
        yield Place(tmp_path, web)


def test_adding_a_feed_is_one_request(place: Place) -> None:
    """Found, shown, written and stored from one GET; the next pass asks nobody again, the next poll is conditional."""
    place.web.answer("/rss", body=FEED, headers={"ETag": '"v1"'})

    result = place.add("/rss", "--yes", "--side", "independent")

    assert result.exit_code == 0, result.output
    assert "Harbour Desk" in result.output
    assert "language en, side independent" in result.output
    assert "2 entries" in result.output
    assert result.output.index("2026-11-24") < result.output.index("2026-11-23"), "the newest first"
    assert place.rows("SELECT count(*) FROM items") == [(2,)]
    assert place.rows("SELECT etag, failures FROM feeds WHERE id = 'harbour-desk'") == [('"v1"', 0)]
    place.once()
    assert [r.path for r in place.web.requests] == ["/rss"]
    assert place.rows("SELECT count(*) FROM matches") == [(1,)]


def test_the_file_keeps_its_comments_and_order(place: Place) -> None:
    """The new feed comes last; what was there stays to the byte."""
    place.web.answer("/rss", body=FEED)

    place.add("/rss", "--yes")

    text = place.feeds.read_text("utf-8")
    assert text.startswith(FILE)
    assert [f.id for f in load_feeds(text, "f")] == ["gazette", "harbour-desk"]


def test_nothing_is_added_unseen(place: Place) -> None:
    """Where nobody can be asked and nobody said yes: it is shown, and that is all."""
    place.web.answer("/rss", body=FEED)

    result = place.add("/rss")

    assert result.exit_code == 2
    assert "2 entries" in result.output
    assert "side unknown (say --side)" in result.output
    assert "--yes" in result.output
    assert place.feeds.read_text("utf-8") == FILE


def test_whoever_sits_there_is_asked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which feed of a page, and whether to add it; no is no."""
    monkeypatch.setattr("monitor.cli.feed_add.asks", lambda: True)
    page = f"<html><head>{RSS_LINK.format('a')}{RSS_LINK.format('rss')}</head></html>"
    url = place.web.answer("/", body=page.encode())
    place.web.answer("/rss", body=FEED)
    words = ["feeds", "add", url, "--config", str(place.folder / "monitor.yaml")]

    no = CliRunner().invoke(application(), words, input="2\nn\n")
    unchanged = place.feeds.read_text("utf-8")
    yes = CliRunner().invoke(application(), words, input="2\ny\n")

    assert (no.exit_code, yes.exit_code) == (1, 0), (yes.output, yes.exception)
    assert unchanged == FILE
    assert load_feeds(place.feeds.read_bytes(), "f")[1].url == place.web.url("/rss")


def refusal(place: Place, path: str, *words: str) -> str:
    result = place.add(path, "--yes", *words)
    assert result.exit_code == 1, result.output
    assert place.feeds.read_text("utf-8") == FILE
    return result.output


def test_what_cannot_be_read_is_refused_with_reason_and_remedy(place: Place) -> None:
    """A missing page, a page without feeds, a challenge, an answer too late, an address that is not public."""
    place.web.answer("/page", body=b"<html><body><h1>News</h1><p>Words.</p></body></html>")
    place.web.answer(
        "/challenge", body=b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"
    )
    place.web.answer("/closed", status=403)
    place.web.answer("/gone", status=410)
    place.web.answer("/busy", status=429)
    place.web.answer("/data", body=b'{"a": 1}', headers={"Content-Type": "application/json"})

    assert "answered 404 (look for the feed" in refusal(place, "/nothing")
    assert "it names no feed (name a feed" in refusal(place, "/page")
    assert "a challenge page stands before it (the site keeps programs out" in refusal(place, "/challenge")
    assert "answered 403 (a login may be needed" in refusal(place, "/closed")
    assert "gone: " in refusal(place, "/gone")
    assert "wait an hour" in refusal(place, "/busy")
    assert "not a JSON Feed" in refusal(place, "/data")
    assert "polling.allow_networks" in refusal(place, "http://10.1.2.3/rss")
    assert "polling.allow_networks and polling.allow_ports" in refusal(place, "http://127.0.0.1:1/rss")


def test_an_address_must_be_one(place: Place) -> None:
    assert place.add("gopher://a.example/").exit_code == 2
    assert place.run("feeds", "add", "not an address").exit_code == 2


def test_a_feed_that_is_there_is_not_added_again(place: Place) -> None:
    """Also by another scheme, a slash more, and where a redirect leads to it."""
    place.web.answer("/rss", body=FEED)
    assert place.add("/rss", "--yes").exit_code == 0
    place.web.redirect("/old", "/rss")
    before, asked = place.feeds.read_text("utf-8"), len(place.web.requests)

    again = place.add("/rss/", "--yes")
    redirected = place.add("/old", "--yes")
    other_scheme = place.add("http://www.gazette.example/rss", "--yes")

    assert "it is there already, as 'harbour-desk'" in again.output
    assert "it is there already, as 'harbour-desk'" in redirected.output
    assert "it is there already, as 'gazette'" in other_scheme.output
    assert {again.exit_code, redirected.exit_code, other_scheme.exit_code} == {1}
    assert place.feeds.read_text("utf-8") == before
    assert [r.path for r in place.web.requests[asked:]] == ["/old", "/rss"], "what is known is not asked"


def test_a_page_s_feed_is_found(place: Place) -> None:
    """One feed is taken; of several the operator says which."""
    place.web.answer("/", body=f"<html><head>{RSS_LINK.format('rss')}</head></html>".encode())
    place.web.answer(
        "/many", body=f"<html><head>{RSS_LINK.format('a')}{RSS_LINK.format('rss')}</head></html>".encode()
    )
    place.web.answer("/rss", body=FEED)

    several = place.add("/many", "--yes")
    picked = place.add("/many", "--yes", "--pick", "2")

    assert several.exit_code == 2
    assert f"  1  {place.web.url('/a')}" in several.output
    assert "--pick N" in several.output
    assert picked.exit_code == 0, picked.output
    assert load_feeds(place.feeds.read_bytes(), "f")[1].url == place.web.url("/rss")
    assert "as 'harbour-desk'" in place.add("/", "--yes").output


def test_a_page_cannot_ask_for_our_variables(place: Place) -> None:
    """`${NAME}` in an address that somebody else wrote stays text."""
    place.web.answer("/", body=b'<link rel="alternate" type="application/rss+xml" href="/rss?k=${HOARD}">')
    place.web.answer("/rss", body=FEED)

    result = place.add("/", "--yes", env={"HOARD": "of-silver"})

    assert result.exit_code == 0, result.output
    assert "of-silver" not in place.web.requests[-1].target


def test_what_a_feed_reader_is_handed_is_understood(place: Place) -> None:
    """`feed://` is no protocol."""
    place.web.answer("/rss", body=FEED)

    result = place.add(place.web.url("/rss").replace("http://", "feed://"), "--yes")

    assert result.exit_code == 0, result.output
    assert load_feeds(place.feeds.read_bytes(), "f")[1].url == place.web.url("/rss")


def test_a_file_that_is_read_only_is_said_with_the_lines_to_paste(place: Place) -> None:
    place.web.answer("/rss", body=FEED)
    place.feeds.chmod(0o444)

    result = place.add("/rss", "--yes")

    assert result.exit_code == 1
    assert "it is read-only" in result.output
    pasted = (
        FILE.replace("# more to come\n", "") + result.output[result.output.index("  - id: harbour-desk") :]
    )
    assert "harbour-desk" in pasted
    assert place.feeds.read_text("utf-8") == FILE


def test_where_no_feeds_file_is_named_one_in_the_data_folder_takes_it(place: Place) -> None:
    """What ships with the program is not written to."""
    place.web.answer("/rss", body=FEED)
    config = place.folder / "monitor.yaml"
    config.write_text(config.read_text("utf-8").replace("feeds: feeds.yaml\n", ""), encoding="utf-8")

    result = place.add("/rss", "--yes", "--id", "desk")

    own = place.folder / "data" / "added.yaml"
    assert result.exit_code == 0, result.output
    assert [f.id for f in load_feeds(own.read_bytes(), "f")] == ["desk"]
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert "desk" in place.run("feeds", "list").output


def test_a_machine_reads_what_was_found(place: Place) -> None:
    """One document, whatever the outcome."""
    place.web.answer("/rss", body=FEED)

    shown = json.loads(place.add("/rss", "--json").stdout)
    added = json.loads(place.add("/rss", "--json", "--yes").stdout)
    refused = json.loads(place.add("/nothing", "--json", "--yes").stdout)

    assert (shown["added"], shown["entries"], shown["feed"]["language"]) == (False, 2, "en")
    assert (added["added"], added["stored"], added["feed"]["side"]) == (
        True,
        {"new": 2, "matched": 1},
        "unknown",
    )
    assert "404" in refused["error"]["reason"]
    assert refused["error"]["remedy"]


def test_a_feed_is_removed_from_its_file(place: Place) -> None:
    """Its lines go, the comments around them and its items stay, and nobody asks it any more."""
    place.web.answer("/rss", body=FEED)
    place.add("/rss", "--yes")

    result = place.run("feeds", "remove", "harbour-desk")

    assert result.exit_code == 0, result.output
    assert place.feeds.read_text("utf-8") == FILE
    assert place.rows("SELECT enabled FROM feeds WHERE id = 'harbour-desk'") == [(0,)]
    assert place.rows("SELECT count(*) FROM items") == [(2,)]
    assert place.run("feeds", "remove", "nobody").exit_code == 1


def test_a_list_of_another_reader_comes_in(place: Place) -> None:
    """`feed://` is understood; pages that the other reader takes apart are left out with a word."""
    listed = place.folder / "list.opml"
    listed.write_text(
        '<opml version="2.0"><body>'
        '<outline type="rss" text="One" xmlUrl="feed://one.example/rss"/>'
        '<outline type="HTML+XPath" text="Two" xmlUrl="https://two.example/"/>'
        '<outline type="rss" text="Three" xmlUrl="https://three.example/rss?k=${HOME}"/>'
        '<outline type="rss" text="Four" xmlUrl="https://four.example/rss?token=***"/>'
        "</body></opml>",
        encoding="utf-8",
    )

    result = place.run("feeds", "import", str(listed))

    assert result.exit_code == 1, "something was left out"
    assert "HTML+XPath" in result.output
    assert "--with-secrets" in result.output
    found = {f.id: f.url for f in load_feeds(place.feeds.read_bytes(), "f")}
    assert found["one"] == "http://one.example/rss"
    assert found["three"] == "https://three.example/rss?k=$%7BHOME}"
    assert set(found) == {"gazette", "one", "three"}


# --- secrets ------------------------------------------------------------------------------------------------

PASSWORD, KEY, TOKEN = "p4ss-of-the-desk", "k3y-of-the-desk", "4f9d8a7b6c5e4d3c2b1a0f9e8d7c6b5a"
ALL = (PASSWORD, KEY, TOKEN)


def secretive(place: Place) -> None:
    """Three feeds whose addresses open something, written out in the feeds file; two answer, one does not."""
    answered = Answer(body=FEED, headers={"ETag": '"v1"'})
    place.web.answer("/login", answered)
    place.web.answer("/key", answered)
    at = place.web.url("").removeprefix("http://").rstrip("/")
    place.feeds.write_text(
        "feeds:\n"
        f"  - {{id: login, title: Login, url: 'http://desk:{PASSWORD}@{at}/login'}}\n"
        f"  - {{id: key, title: Key, url: 'http://{at}/key?lang=en&key={KEY}'}}\n"
        f"  - {{id: token, title: Token, url: 'http://{at}/private/{TOKEN}.xml'}}\n",
        encoding="utf-8",
    )


def due(place: Place) -> None:
    with closing(sqlite3.connect(place.folder / "data" / "monitor.db")) as db, db:
        db.execute("UPDATE feeds SET next_poll_at = '2020-01-01 00:00:00.000000'")


def test_secrets_in_addresses_are_sent_and_never_kept(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    """The publisher gets them; the data folder, the log, lists and exports do not. Validators work all the same."""
    secretive(place)
    for _ in range(2):
        place.once()
        due(place)
    place.once()

    asked = [
        (r.target, r.headers.get("authorization", ""), r.headers.get("if-none-match"))
        for r in place.web.requests
    ]
    assert any(f"key={KEY}" in target for target, _, _ in asked)
    assert any(login.startswith("Basic ") for _, login, _ in asked)
    assert any(TOKEN in target for target, _, _ in asked)
    assert any(etag and KEY in target for target, _, etag in asked), "asked conditionally"
    listed = place.run("feeds", "list").output + place.run("feeds", "list", "--json").output
    said = listed + place.run("feeds", "export").output + place.run("feeds", "status").output
    log = "".join(capfd.readouterr())
    assert "key=***" in listed
    assert "***@" in listed
    assert "lang=en" in listed, "what opens nothing stays"
    for secret in ALL:
        assert secret not in said
        assert secret not in log
        assert secret.encode() not in place.everything_written()


def test_entries_that_repeat_what_opens_their_feed_do_not_tell_it(place: Place) -> None:
    """Links of private feeds carry the reader's key; alerts, exports and evidence do not."""
    secretive(place)
    link = f"<link>https://desk.example/1?key={KEY}&amp;page=2</link>".encode()
    place.web.answer("/key", body=FEED.replace(b"<link>https://desk.example/1</link>", link))
    place.once()
    due(place)
    place.once()

    (url,) = place.rows("SELECT url FROM items WHERE feed_id = 'key' AND url IS NOT NULL")[0]
    case = place.folder / "case"
    story = place.rows("SELECT id FROM stories")[0][0]
    assert place.run("export", "case", str(story), str(case)).exit_code == 0
    told = b"".join(p.read_bytes() for p in case.rglob("*") if p.is_file())

    assert url == "https://desk.example/1?key=***&page=2"
    assert KEY.encode() not in told
    assert place.run("verify").exit_code == 0


def test_what_an_older_monitor_stored_is_overwritten_at_the_start(place: Place) -> None:
    """Also of feeds that left the file; what belongs to a feed's own address stays good."""
    secretive(place)
    place.once()
    due(place)
    place.once()
    url = f"{place.web.url('/key')}?lang=en&key={KEY}"
    with closing(sqlite3.connect(place.folder / "data" / "monitor.db")) as db, db:
        for name in ("key", "login"):
            definition = json.dumps({"id": name, "url": url, "title": name.title(), "interval": None})
            db.execute(
                "UPDATE feeds SET url = ?, definition = ?, validators_url = ?, moved_to = ?, moved_polls = 5 "
                "WHERE id = ?", (url, definition, url, f"{url}&new=1", name),
            )  # fmt: skip
    keep = "\n".join(line for line in place.feeds.read_text("utf-8").splitlines() if "login" not in line)
    place.feeds.write_text(keep + "\n", encoding="utf-8")
    assert KEY.encode() in (place.folder / "data" / "monitor.db").read_bytes()

    place.once()
    due(place)
    place.once()

    assert KEY.encode() not in (place.folder / "data" / "monitor.db").read_bytes()
    assert place.rows("SELECT moved_to, etag FROM feeds WHERE id = 'key'") == [(None, '"v1"')]
    assert place.rows("SELECT enabled FROM feeds WHERE id = 'login'") == [(0,)]
    assert place.web.requests[-1].headers.get("if-none-match") or place.web.requests[-2].headers.get(
        "if-none-match"
    )


def test_an_export_holds_them_only_when_asked(place: Place) -> None:
    secretive(place)

    assert all(secret in place.run("feeds", "export", "--with-secrets").output for secret in ALL)


def test_a_placeholder_is_filled_in_when_the_feed_is_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the environment, or from the file that NAME_FILE names; a short one too. Nothing keeps the value."""
    place.web.answer("/rss", body=FEED)
    place.web.answer("/in/pa-th", status=500)
    (place.folder / "secret").write_text("from a file&more\n", encoding="utf-8")
    place.feeds.write_text(
        "feeds:\n"
        f"  - {{id: filed, title: Filed, url: '{place.web.url('/rss')}?key=${{DESK_KEY}}'}}\n"
        f"  - {{id: path, title: Path, url: '{place.web.url('/in')}/${{DESK_PATH}}'}}\n"
        f"  - {{id: unset, title: Unset, url: '{place.web.url('/rss')}?key=${{DESK_NONE}}'}}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("DESK_KEY_FILE", str(place.folder / "secret"))
    monkeypatch.setenv("DESK_PATH", "pa-th")

    place.once()
    due(place)
    place.once()

    assert "/rss?key=from%20a%20file%26more" in [r.target for r in place.web.requests]
    assert "/in/pa-th" in [r.target for r in place.web.requests]
    (detail,) = place.rows("SELECT fault_detail FROM feeds WHERE id = 'path'")[0]
    (unset,) = place.rows("SELECT fault_detail FROM feeds WHERE id = 'unset'")[0]
    assert detail.endswith("/in/*** answered 500")
    assert "set DESK_NONE or DESK_NONE_FILE" in unset
    assert place.rows("SELECT url FROM feeds WHERE id = 'filed'")[0][0].endswith("?key=${DESK_KEY}")
    for value in (b"from a file", b"from%20a%20file", b"pa-th"):
        assert value not in place.everything_written()


def test_a_changed_secret_in_the_path_is_another_address(place: Place) -> None:
    """The database does not know it, and notices all the same: what belonged to the old address is dropped."""
    secretive(place)
    place.web.answer(f"/private/{TOKEN}.xml", body=FEED, headers={"ETag": '"v1"'})
    place.once()
    due(place)
    place.once()
    assert place.rows("SELECT etag FROM feeds WHERE id = 'token'") == [('"v1"',)]

    place.feeds.write_text(place.feeds.read_text("utf-8").replace(TOKEN, TOKEN[::-1]), encoding="utf-8")
    with opened(load.load(place.folder / "monitor.yaml", {})):
        assert place.rows("SELECT etag FROM feeds WHERE id = 'token'") == [(None,)]


def test_a_feed_that_only_the_database_had_moves_into_a_file(place: Place) -> None:
    """An older monitor kept what was added by command in the database, with its secrets; none is lost."""
    place.web.answer("/key", body=FEED)
    place.once()
    url = f"{place.web.url('/key')}?key={KEY}"
    definition = json.dumps({"id": "old", "url": url, "title": "Old", "side": "un", "interval": None})
    with closing(sqlite3.connect(place.folder / "data" / "monitor.db")) as db, db:
        db.execute(
            "INSERT INTO feeds (id, url, definition, origin, enabled, added_at, interval, next_poll_at, failures, "
            "fault_detail, moved_polls, gone, seen_before) VALUES ('old', ?, ?, 'added', 1, '2026-01-01 00:00:00.000000', "
            "1800, '2026-01-01 00:00:00.000000', 0, '', 0, 0, 0)",
            (url, definition),
        )

    place.once()
    due(place)
    place.once()

    assert f"/key?key={KEY}" in [r.target for r in place.web.requests]
    (kept,) = load_feeds((place.folder / "data" / "added.yaml").read_bytes(), "f")
    assert (kept.id, kept.url, kept.side) == ("old", url, "un")
    assert KEY.encode() not in (place.folder / "data" / "monitor.db").read_bytes()
    assert KEY not in str(place.rows("SELECT * FROM feeds"))


def test_a_secret_address_that_is_wrong_is_not_told(place: Place) -> None:
    place.feeds.write_text(
        f"feeds:\n  - {{id: a, title: A, url: 'gopher://u:{PASSWORD}@a.example/'}}\n", encoding="utf-8"
    )

    with pytest.raises(ConfigError) as caught:
        place.once()

    assert PASSWORD not in str(caught.value)


# --- what `check` says ----------------------------------------------------------------------------------------


def test_check_finds_secrets_that_are_written_out(place: Place) -> None:
    """At their lines, with what to do, and without telling them; what only looks like one is a note."""
    secretive(place)

    result = place.run("check")
    as_json = json.loads(place.run("check", "--json").stdout)

    assert result.exit_code == 1
    assert f"{place.feeds}:2:" in result.output
    assert (
        "login: the user name and password can be read in the address (put ${NAME} in its place"
        in result.output
    )
    assert "key: the parameter 'key' can be read in the address" in result.output
    assert "note: " in result.output
    assert "token: a part that looks like a key" in result.output
    assert not any(secret in result.output for secret in ALL)
    assert (as_json["ok"], len(as_json["findings"])) == (False, 2)


def test_check_finds_a_placeholder_that_nothing_stands_behind(place: Place) -> None:
    place.feeds.write_text(
        "feeds:\n  - {id: a, title: A, url: 'https://a.example/?key=${DESK_KEY}'}\n", encoding="utf-8"
    )

    without = place.run("check")
    with_it = place.run("check", env={"DESK_KEY": "x" * 20})

    assert (without.exit_code, with_it.exit_code) == (1, 0), with_it.output
    assert "set DESK_KEY or DESK_KEY_FILE" in without.output


@pytest.mark.parametrize(("mode", "exit_code", "words"), [(0o600, 0, "no mistakes"), (0o644, 1, "everybody can read"),
                                                          (0o666, 1, "everybody can change"), (0o400, 0, "no mistakes")])  # fmt: skip
def test_check_finds_a_secret_file_that_is_open(place: Place, mode: int, exit_code: int, words: str) -> None:
    secret = place.folder / "hook"
    secret.write_text("https://hooks.slack.com/services/T0/B0/x", encoding="utf-8")
    secret.chmod(mode)
    with (place.folder / "monitor.yaml").open("a", encoding="utf-8") as config:
        config.write(f"receivers:\n  - {{name: desk, slack: {{webhook_url_file: {secret}}}}}\n")

    result = place.run("check")

    assert result.exit_code == exit_code, result.output
    assert words in result.output
    if exit_code:
        assert f"chmod 600 {secret}" in result.output
        assert f"{place.folder / 'monitor.yaml'}:6:" in result.output


def test_a_mounted_secret_is_a_note(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rights are the runtime's: Docker and Kubernetes mount 0444 as a rule."""
    mount = place.folder / "secrets"
    mount.mkdir()
    (mount / "hook").write_text("https://hooks.slack.com/services/T0/B0/x", encoding="utf-8")
    (mount / "hook").chmod(0o444)
    monkeypatch.setattr("monitor.cli.check.MOUNTED", (mount,))
    with (place.folder / "monitor.yaml").open("a", encoding="utf-8") as config:
        config.write(f"receivers:\n  - {{name: desk, slack: {{webhook_url_file: {mount / 'hook'}}}}}\n")

    result = place.run("check")

    assert result.exit_code == 0, result.output
    assert "note: " in result.output
    assert "a mounted secret" in result.output


# --- whose files they are -------------------------------------------------------------------------------------


def loose(folder: Path) -> dict[str, int]:
    """What group or others may touch of what the program made."""
    modes = {str(p.relative_to(folder)): stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.rglob("*"))}
    return {name: mode for name, mode in modes.items() if mode & 0o077}


def test_what_the_program_makes_is_its_own_alone(place: Place) -> None:
    """Whatever the umask: database, logs, lock, keys, messages, backups."""
    place.web.answer("/rss", body=FEED)
    data = place.folder / "data"
    before = os.umask(0)
    try:
        assert place.add("/rss", "--yes").exit_code == 0
        place.once()
        with opened(load.load(place.folder / "monitor.yaml", {})):
            assert (data / "monitor.db-wal").exists()
            assert loose(data) == {}
        assert place.run("db", "backup", str(data / "copy.db")).exit_code == 0
    finally:
        os.umask(before)

    assert list((data / "out").iterdir())
    assert loose(data) == {}


def test_what_was_open_is_closed_at_the_start(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    """One line says so; configuration, and folders that hold it, stay as they are."""
    place.web.answer("/rss", body=FEED)
    place.add("/rss", "--yes")
    place.once()
    data = place.folder / "data"
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    place.folder.chmod(0o755)
    capfd.readouterr()

    place.once()
    log = "".join(capfd.readouterr())
    place.once()

    assert loose(data) == {}
    assert log.count("tightened") == 1
    assert "tightened" not in "".join(capfd.readouterr())
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o755
