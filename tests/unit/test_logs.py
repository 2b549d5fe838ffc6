"""No secret and no forged line gets into the log."""

import logging

import pytest

from monitor import logs


@pytest.fixture(autouse=True)
def _restored() -> object:
    yield
    logging.getLogger().handlers.clear()


@pytest.mark.parametrize("style", ["logfmt", "json", "console"])
def test_a_url_loses_its_secrets_and_text_its_control_characters(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In every form of the log."""
    logs.configure({"MONITOR_LOG_FORMAT": style})

    logs.get("test").info(
        "tried", url="https://u:pw@hooks.slack.com/services/T/B/SECRET?k=v", title="a\nlevel=error"
    )
    said = capsys.readouterr().err

    assert "SECRET" not in said
    assert "pw@" not in said
    assert said.count("\n") == 1


def test_quiet_events_stay_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """MONITOR_LOG_LEVEL decides."""
    logs.configure({"MONITOR_LOG_FORMAT": "logfmt", "MONITOR_LOG_LEVEL": "WARNING"})
    log = logs.get("test")

    log.info("unheard")
    log.warning("heard")

    assert "heard" in (said := capsys.readouterr().err)
    assert "unheard" not in said


@pytest.mark.parametrize("style", ["logfmt", "json", "console"])
def test_names_lose_their_isolates_and_orders_their_power(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What messages put around a name in another direction is nothing to a log; what reorders a line is shown."""
    logs.configure({"MONITOR_LOG_FORMAT": style})
    logs.get("test").info("told", title="\u2068حفتر\u2069 in Moscow", other="a\u202eb")
    said = capsys.readouterr().err

    assert "حفتر in Moscow" in said
    assert "a\ufffdb" in said


@pytest.mark.parametrize("style", ["logfmt", "json", "console"])
def test_a_traceback_tells_no_secret(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in its message nor by what the variables held."""
    logs.configure({"MONITOR_LOG_FORMAT": style})
    url = "https://u:pw@hooks.slack.com/services/T/B/SECRET?k=v"
    try:
        raise ValueError(f"cannot ask {url}")
    except ValueError:
        logs.get("test").exception("failed")
    said = capsys.readouterr().err

    assert "ValueError: cannot ask https://hooks.slack.com" in said
    assert "SECRET" not in said
    assert "pw@" not in said
