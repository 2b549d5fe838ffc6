"""monitor.yaml, environment and secret files become one Settings, or every mistake at once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor.config import load, places
from monitor.config.model import Config
from monitor.config.paths import mark_of
from monitor.errors import ConfigError

EMAIL = """
receivers:
  - name: analysts
    email: {to: [a@example.org], from: m@example.org, smtp: {host: mail}}
  - name: desk
    slack: {webhook_url: "https://hooks.slack.com/services/T/B/SECRET"}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def messages(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load.load(write(tmp_path, text), environ or {})
    return [str(m).removeprefix(str(tmp_path) + "/") for m in caught.value.mistakes]


def test_nothing_configured_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite and a folder under data/, the starter feeds, one daily digest."""
    monkeypatch.chdir(tmp_path)

    found = load.load(None, {})

    assert found.database == "sqlite:///data/monitor.db"
    assert [(r.name, r.kind) for r in found.config.receivers] == [("folder", "file")]
    assert found.route.receiver == "folder"
    assert [(d.series, d.receivers) for d in found.digests] == [("daily", ("folder",))]
    assert all(path.is_file() for path in found.feeds)


def test_alerts_go_to_slack_and_digests_to_mail_when_nothing_else_is_said(tmp_path: Path) -> None:
    """The design card's use without a route or a digest written out."""
    found = load.load(write(tmp_path, EMAIL), {})

    assert found.route.receiver == "desk"
    assert found.digests[0].receivers == ("analysts",)


def test_every_mistake_is_reported_with_its_line(tmp_path: Path) -> None:
    """Structure first; then names that do not fit."""
    structural = messages(tmp_path, "databse: x\npolling: {interval: soon}\n")
    names = messages(tmp_path, EMAIL + "route: {receiver: dsk}\ndigests: [{receivers: [nobody]}]\n")

    assert structural == [
        "monitor.yaml:1:1: unknown key 'databse' (did you mean 'database'?)",
        "monitor.yaml:2:21: polling.interval: 'soon' is not a duration (write it like 30s, 10m, 24h or 7d)",
    ]
    assert names == [
        "monitor.yaml:3:5: nothing leads to receiver 'analysts': it would never be told anything "
        "(name it in a route, a digest, an escalation or as a fallback, or take it out)",
        "monitor.yaml:7:19: there is no receiver 'dsk' (did you mean 'desk'?)",
        "monitor.yaml:8:23: there is no receiver 'nobody' (known: analysts, desk)",
    ]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        pytest.param("{every: 5h}", "every does not divide a day into equal parts of 15m or more", id="odd"),
        pytest.param("{every: 1m}", "every does not divide a day into equal parts of 15m or more", id="too often"),
        pytest.param('{between: ["08:00", "20:00"]}', "between is for briefs only (every: 1h)", id="once a day"),
        pytest.param('{every: 1h, between: ["20:00", "08:00"]}', "between ends before it begins", id="round"),
        pytest.param('{every: 6h, between: ["08:00", "09:00"]}', "no brief falls between these times", id="never"),
        pytest.param("{days: workdays}", "'workdays' is not known here: it is one of mon,", id="no such days"),
        pytest.param("{days: []}", "days: must name at least 1", id="no day at all"),
    ],
)  # fmt: skip
def test_briefs_that_cannot_be_are_mistakes(tmp_path: Path, said: str, wrong: str) -> None:
    """With what to write instead."""
    (found,) = messages(tmp_path, f"digests: [{{receivers: [folder], {said[1:]}]\n")

    assert wrong in found


def test_bounds_of_polling_that_cross_are_a_mistake(tmp_path: Path) -> None:
    """Nobody can be asked at most every two hours and at least every hour; one alone may pass the other's default."""
    (found,) = messages(tmp_path, "polling: {min_interval: 2h, max_interval: 1h}\n")
    assert found.startswith("monitor.yaml:1:10: polling: min_interval is longer than max_interval (")
    path = tmp_path / "monitor.yaml"
    path.write_text("polling: {min_interval: 2h}\n", encoding="utf-8")
    assert load.load(path, {}).config.polling.min_interval == timedelta(hours=2)


def test_briefs_skip_an_empty_hour_unless_told_otherwise(tmp_path: Path) -> None:
    """A digest of the day is sent all the same; a word stands for several days."""
    text = (
        "digests:\n- {series: daily, receivers: [folder], days: weekdays}\n"
        "- {series: hourly, every: 1h, receivers: [folder]}\n"
        "- {series: watched, every: 1h, empty: send, receivers: [folder]}\n"
    )
    found = load.load(write(tmp_path, text), {}).digests

    assert [d.empty for d in found] == ["send", "skip", "send"]
    assert found[0].days == ("mon", "tue", "wed", "thu", "fri")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """And a whole receiver can come from it: the five-minute way to Slack."""
    environ = {
        "MONITOR_DATABASE": "sqlite:////tmp/other.db",
        "MONITOR_SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/X",
    }

    found = load.load(write(tmp_path, "database: sqlite:///a.db\n"), environ)

    assert found.database == "sqlite:////tmp/other.db"
    assert [r.name for r in found.config.receivers] == ["slack"]


def test_an_unknown_variable_is_a_mistake(tmp_path: Path) -> None:
    """A typing error in a variable must not be silence."""
    found = messages(tmp_path, "", {"MONITOR_DATABSE": "x"})

    assert found == ["environment: unknown variable MONITOR_DATABSE (did you mean 'MONITOR_DATABASE'?)"]


def test_a_secret_comes_from_its_file_and_never_shows(tmp_path: Path) -> None:
    """The twin is read once; repr hides it."""
    (tmp_path / "hook").write_text("https://hooks.slack.com/services/T/B/SECRET\n")
    text = f"receivers: [{{name: desk, slack: {{webhook_url_file: {tmp_path}/hook}}}}]\n"

    found = load.load(write(tmp_path, text), {})

    slack = found.config.receivers[0].slack
    assert slack is not None
    assert slack.webhook_url is not None
    assert slack.webhook_url.get_secret_value().endswith("SECRET")
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    ("slack", "expected"),
    [
        pytest.param("{webhook_url: https://x, webhook_url_file: y}", "are both set", id="both twins"),
        pytest.param("{webhook_url_file: /no/such/file}", "cannot be read", id="a file that is not there"),
        pytest.param("{}", "webhook_url is missing", id="neither twin"),
    ],
)
def test_a_secret_that_is_ambiguous_or_absent_is_a_mistake(tmp_path: Path, slack: str, expected: str) -> None:
    """Loud at start, not at three in the morning."""
    assert expected in messages(tmp_path, f"receivers: [{{name: desk, slack: {slack}}}]\n")[0]


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    """Falling back to defaults would watch with the wrong configuration."""
    with pytest.raises(ConfigError, match="no such file"):
        load.load(tmp_path / "gone.yaml", {})


_ALERTING = (
    EMAIL
    + """
time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
route:
  receiver: desk
  escalate: {to: %(to)s}
  routes: [{mute_time_intervals: [%(mute)s], matchers: ['%(matcher)s']}]
"""
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            {"mute": "nigts"},
            "monitor.yaml:13:34: there is no time interval 'nigts' (did you mean 'nights'?)",
            id="an interval that is not there",
        ),
        pytest.param(
            {"to": "dsk"}, "monitor.yaml:12:18: there is no receiver 'dsk' (did you mean 'desk'?)", id="nobody to call"
        ),
        pytest.param(
            {"to": "desk"},
            "monitor.yaml:12:18: 'desk' is the receiver of this route (name another one, or use repeat_interval)",
            id="an escalation to oneself",
        ),
        pytest.param(
            {"matcher": "sid=un"},
            "monitor.yaml:13:55: route.routes.0.matchers.0: there is no label 'sid' (did you mean 'side'?)",
            id="a label that is not there",
        ),
    ],
)  # fmt: skip
def test_mistakes_of_alerting_have_their_place(tmp_path: Path, change: dict[str, str], expected: str) -> None:
    """File, line, column and remedy, as everywhere."""
    given = {"mute": "nights", "to": "analysts", "matcher": "side=un"}
    assert load.load(write(tmp_path, _ALERTING % given), {}).config.time_intervals[0].name == "nights"
    (said,) = messages(tmp_path, _ALERTING % (given | change))
    assert said.startswith(expected)


@pytest.mark.parametrize(
    ("receivers", "expected"),
    [
        pytest.param(
            "[{name: a, file: {}, fallback: a}]", "there is no other receiver 'a'", id="itself as fallback"
        ),
        pytest.param(
            "[{name: a, file: {}, fallback: dsek}, {name: desk, file: {}}]",
            "there is no other receiver 'dsek'",
            id="a fallback that is not there",
        ),
        pytest.param(
            "[{name: a, slack: {bot_token: xoxb-1}}]", "a bot needs a channel", id="a bot without a channel"
        ),
        pytest.param(
            "[{name: a, slack: {bot_token: xoxb-1, channel: C1, webhook_url: 'https://x'}}]",
            "webhook_url and bot_token are both set",
            id="a bot and a webhook",
        ),
        pytest.param("[{name: a, apprise: {}}]", "urls is missing", id="Apprise without addresses"),
    ],
)
def test_a_receiver_that_cannot_work_is_a_mistake(tmp_path: Path, receivers: str, expected: str) -> None:
    """With what is wrong, before anything is sent."""
    assert expected in messages(tmp_path, f"receivers: {receivers}\n")[0]


def test_a_slack_bot_comes_from_the_environment_alone(tmp_path: Path) -> None:
    """With its token in a file."""
    (tmp_path / "token").write_text("xoxb-1-2\n", encoding="utf-8")
    environ = {"MONITOR_SLACK_BOT_TOKEN_FILE": str(tmp_path / "token"), "MONITOR_SLACK_CHANNEL": "C0123ABCD"}
    found = load.load(None, environ).receiver("slack")
    assert found is not None
    assert found.slack is not None
    assert found.slack.bot_token is not None
    assert (found.slack.bot_token.get_secret_value(), found.slack.channel) == ("xoxb-1-2", "C0123ABCD")


def models(
    model: type[BaseModel] = Config, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every key that `monitor.yaml` may hold, with its path; lists are not counted."""
    for name, key in model.model_fields.items():
        at = (*path, key.alias or name)
        yield at, key
        if at.count("routes") < 2:
            for inner in inner_models(key.annotation):
                yield from models(inner, at)


def inner_models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for one in get_args(annotation) for found in inner_models(one)]


#: every key that names a file or folder
LOCAL = {
    ".".join(path)
    for path, key in models()
    if path[-1].endswith("_file")
    or path[-1] in ("data", "database", "feeds", "watchlists", "templates", "path")
}


def test_every_key_that_names_a_file_is_known_as_one() -> None:
    """A new one must not go by the working folder."""
    assert {".".join(path) for path, key in models() if mark_of(key) is not None} == LOCAL
    assert len(LOCAL) == 17


_NESTED = {
    "receivers.file.path": "receivers: [{{name: a, file: {{path: {0}}}}}]",
    "receivers.email.smtp.password_file": (
        "receivers: [{{name: a, email: {{to: a@b.c, from: a@b.c, smtp: {{host: h, password_file: {0}}}}}}}]"
    ),
    "receivers.email.smtp.ca_file": (
        "receivers: [{{name: a, email: {{to: a@b.c, from: a@b.c, smtp: {{host: h, ca_file: {0}}}}}}}]"
    ),
    "receivers.slack.webhook_url_file": "receivers: [{{name: a, slack: {{webhook_url_file: {0}}}}}]",
    "receivers.slack.bot_token_file": "receivers: [{{name: a, slack: {{channel: C1, bot_token_file: {0}}}}}]",
    "receivers.slack.signing_secret_file": (
        "receivers: [{{name: a, slack: {{channel: C1, bot_token: x, signing_secret_file: {0}}}}}]"
    ),
    "receivers.webhook.url_file": "receivers: [{{name: a, webhook: {{url_file: {0}}}}}]",
    "receivers.webhook.secret_file": "receivers: [{{name: a, webhook: {{url: 'https://x', secret_file: {0}}}}}]",
    "receivers.apprise.urls_file": "receivers: [{{name: a, apprise: {{urls_file: {0}}}}}]",
    "heartbeat.url_file": "heartbeat: {{url_file: {0}}}",
    "desk.token_file": "desk: {{token_file: {0}}}",
    "polling.ca_file": "polling: {{ca_file: {0}}}",
    "database": "database: sqlite:///{0}",
}


def at(model: Any, path: str) -> Any:
    for step in path.split("."):
        model = model[0] if isinstance(model, tuple) else model
        model = getattr(model, step)
    return model[0] if isinstance(model, tuple) else model


@pytest.mark.parametrize("key", sorted(LOCAL))
@pytest.mark.parametrize("given", ["there", "./there", "../there", "/absolute"])
def test_a_path_is_relative_to_the_file_that_names_it(
    key: str, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the working folder is."""
    folder, elsewhere = tmp_path / "config", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    name = str(tmp_path / "absolute") if given == "/absolute" else given
    (folder / name).write_text("said, and long enough", encoding="utf-8")
    text = _NESTED.get(key, key + ": {0}").format(name)
    (folder / "monitor.yaml").write_text(text + "\n", encoding="utf-8")
    found = load.load(Path("../config"), {})
    wanted = (folder / name).resolve()
    if key in ("feeds", "watchlists", "templates"):
        shown = getattr(found, key)
        assert (shown[0] if key == "feeds" else shown).resolve() == wanted
    elif key == "database":
        assert Path(found.database.removeprefix("sqlite:///")).resolve() == wanted
    else:
        assert Path(at(found.config, key)).resolve() == wanted
    if key == "data":
        assert Path(found.database.removeprefix("sqlite:///")).resolve() == wanted / "monitor.db"


def test_paths_of_the_environment_go_by_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so do the defaults."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "hook").write_text("https://hooks.slack.com/services/T/B/X", encoding="utf-8")
    (tmp_path / "config" / "monitor.yaml").write_text("contact: a@example.org\n", encoding="utf-8")
    assert load.load(None, {}).database == "sqlite:///data/monitor.db"
    environ = {"MONITOR_DATA": "kept", "MONITOR_SLACK_WEBHOOK_URL_FILE": "hook"}
    found = load.load(None, environ)
    assert found.path == Path("config/monitor.yaml")
    assert found.database == "sqlite:///kept/monitor.db"
    assert found.config.receivers[0].slack is not None
    assert found.config.receivers[0].slack.webhook_url is not None


def test_the_configuration_is_looked_for_in_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is named, MONITOR_CONFIG, the working folder, config/ in it; else there is none."""
    monkeypatch.chdir(tmp_path)
    assert places.find(None, {}) in (None, Path("/etc/monitor/monitor.yaml"))
    files = ("config/monitor.yaml", "monitor.yaml", "env.yaml", "named/monitor.yaml")
    said = [(None, {}), (None, {}), (None, {"MONITOR_CONFIG": "env.yaml"})]
    said.append((Path("named"), {"MONITOR_CONFIG": "env.yaml"}))
    for place, (explicit, environ) in zip(files, said, strict=True):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("", encoding="utf-8")
        assert places.find(explicit, environ) == Path(place)


def test_a_database_of_before_is_not_left_behind_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths in a file went by the working folder once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "monitor.db").touch()
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "monitor.yaml"
    file.write_text("data: data\n", encoding="utf-8")
    (remark,) = load.load(None, {}).remarks
    assert "write ../data/monitor.db" in remark
    file.write_text("data: ../data\n", encoding="utf-8")
    assert load.load(None, {}).remarks == ()


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        pytest.param("receivers: {}\n", {"MONITOR_SLACK_WEBHOOK_URL": "https://x"}, "receivers: must be a list", id="no list"),
        pytest.param("heartbeat: 5\n", {"MONITOR_DATABSE": "x"}, "heartbeat: must be keys and values", id="no mapping"),
        pytest.param("feeds: nowhere.yaml\n", {}, "nowhere.yaml: no such file or folder", id="no such feeds"),
        pytest.param("watchlists: watchlists\n", {}, "watchlists: no such file or folder", id="never the packaged ones instead"),
        pytest.param("receivers: [{name: A b, file: {}}]\n", {}, "'A b' is not a name: small letters", id="no regular expression"),
        pytest.param("database: mysql://u:secret@h/d\n", {}, "database: this address is not sqlite:///FILE", id="no secret"),
        pytest.param("listen: 127.0.0.1:70000\n", {}, "there is no port 70000 (ports end at 65535)", id="no such port"),
        pytest.param("receivers: [\n", {}, "(a bracket or a quote before it is not closed)", id="left open"),
        pytest.param("database: postgresql://h/d\n", {}, "postgresql+psycopg://USER@HOST/NAME, with the driver's name", id="no driver"),
        pytest.param("", {"MONITOR_SMTP_PORT": "soon"}, "environment variable MONITOR_SMTP_PORT", id="a variable by its name"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where_and_what_to_do(
    tmp_path: Path, text: str, environ: dict[str, str], expected: str
) -> None:
    """Never a traceback."""
    found = messages(tmp_path, text, environ)
    assert any(expected in line for line in found), found
    assert "secret" not in "".join(found)


def test_an_empty_value_does_not_stop_the_environment(tmp_path: Path) -> None:
    """`receivers:` and `heartbeat:` with nothing behind them are as if they were not there."""
    environ = {"MONITOR_SLACK_WEBHOOK_URL": "https://x", "MONITOR_HEARTBEAT_URL": "https://y"}
    found = load.load(write(tmp_path, "receivers:\nheartbeat:\n"), environ)
    assert [r.name for r in found.config.receivers] == ["slack"]
    assert found.config.heartbeat is not None


@pytest.mark.parametrize(
    ("more", "unreached"),
    [
        pytest.param("route: {receiver: a}\ndigests: []\n", ["b", "c"], id="only the route"),
        pytest.param("route: {receiver: a}\ndigests: [{receivers: [b, c]}]\n", [], id="digests"),
        pytest.param("route: {receiver: a, escalate: {to: b}}\ndigests: [{receivers: [c]}]\n", [], id="an escalation"),
        pytest.param("route: {receiver: a, routes: [{receiver: b, match: {side: un}}]}\n", ["b", "c"], id="a route, the default digest"),
    ],
)  # fmt: skip
def test_a_receiver_that_nothing_leads_to_is_a_mistake(
    tmp_path: Path, more: str, unreached: list[str]
) -> None:
    """It would never be told anything."""
    text = "receivers: [{name: a, file: {}}, {name: b, file: {}}, {name: c, file: {}}]\n" + more
    if not unreached:
        assert load.load(write(tmp_path, text), {}).receiver("c")
        return
    found = messages(tmp_path, text)
    wanted = [name for name in unreached if not (name == "b" and "receiver: b" in more)]
    assert [line for line in found if "nothing leads to" in line] == found
    assert [line.split("receiver '")[1][0] for line in found] == wanted


def test_a_fallback_leads_on_from_a_receiver_that_is_reached(tmp_path: Path) -> None:
    """Not from one that is not."""
    text = "receivers: [{name: a, file: {}, fallback: b}, {name: b, file: {}}, {name: c, file: {}, fallback: b}]\n"
    (found,) = messages(tmp_path, text)
    assert "receiver 'c'" in found
