"""What runs in the cloud's process beside its services."""

import logging
from threading import Event

import pytest
from slipway_local.process import Launched, ticking
from slipway_local.sagemaker.scripted import ScriptedLauncher
from slipway_local.sagemaker.serving import Container


def test_a_tick_that_fails_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    rang = Event()

    def fail() -> None:
        raise RuntimeError("no tick")

    with caplog.at_level(logging.ERROR), ticking(fail, rang.set):
        assert rang.wait(5)
    assert "no tick" in caplog.text


def test_whatever_was_launched_is_stopped() -> None:
    scripted = ScriptedLauncher(lambda: 0.0)
    launcher = Launched(scripted)
    for url in ("s3://m/1", "s3://m/2"):
        launcher.launch(Container("image", url, {}))
    launcher.stop()
    assert [server.stopped for server in scripted.launched] == [True, True]
