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
