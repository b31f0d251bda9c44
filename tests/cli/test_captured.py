"""Whether what was asked has been written yet: a check waits for it, and says so."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from slipway_cli.captured import Captured, await_written
from slipway_cli.follow import Patience

NOW = 1795342500.0  # 2026-11-22T10:15:00Z


@dataclass
class World:
    """An endpoint that was asked at `asked`, and whose captures are written at `written`."""

    asked: float | None
    written: float | None
    now: float = NOW
    embedded: bool = True
    minute: float = 60.0
    bucket: str = "bucket"
    prefixes: list[str] = field(default_factory=list)

    @property
    def session(self) -> "World":
        return self

    @property
    def ports(self) -> "World":
        return self

    def client(self, _service: str) -> "World":
        return self

    def get_paginator(self, _operation: str) -> "World":
        return self

    def get_metric_statistics(self, **asked: Any) -> Any:
        if self.asked is None:
            return {"Datapoints": []}
        start = self.asked // asked["Period"] * asked["Period"]
        points = [{"Timestamp": datetime.fromtimestamp(start, UTC), "Sum": 3.0}]
        return {"Datapoints": [*points, {"Timestamp": datetime.fromtimestamp(NOW, UTC), "Sum": 0}]}

    def paginate(self, **asked: Any) -> Any:
        self.prefixes.append(asked["Prefix"])
        if self.written is None or self.now < self.written:
            return [{}]
        return [{"Contents": [{"LastModified": datetime.fromtimestamp(self.written, UTC)}]}]

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def state(self, monkeypatch: pytest.MonkeyPatch) -> Captured:
        monkeypatch.setattr(time, "time", lambda: self.now)
        patience = Patience(900.0, 2.0, clock=lambda: self.now, sleep=self.wait)
        found: Any = self
        return await_written(found, "slipway-h", patience)


def test_what_is_written_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(asked=NOW - 100, written=NOW - 40)
    assert world.state(monkeypatch) == Captured(NOW - 100, NOW - 40)
    assert world.now == NOW
    assert capsys.readouterr() == ("", "")
    hours = ("2026/11/22/09/", "2026/11/22/10/")
    assert world.prefixes == [f"capture/slipway-h/AllTraffic/{hour}" for hour in hours]


def test_what_is_not_written_yet_is_waited_for_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(asked=NOW - 5, written=NOW + 55)
    assert world.state(monkeypatch).written == NOW + 55
    said = capsys.readouterr().err
    assert "waiting: what was asked until" in said
    assert "last written: never" in said


@pytest.mark.parametrize(("minute", "waited"), [(60.0, 180), (1.2, 4)])
def test_what_never_comes_is_waited_for_three_minutes(
    minute: float, waited: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(asked=NOW - 5, written=None, minute=minute)
    state = world.state(monkeypatch)
    assert state.behind
    assert world.now == NOW + waited


def test_minutes_are_all_that_sagemaker_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(asked=NOW - 100, written=NOW - 90, embedded=False)
    world.written = NOW
    assert world.state(monkeypatch).asked == (NOW - 100) // 60 * 60 + 59


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Captured(None, None), "nothing was asked in the last hour"),
        (Captured(NOW, None), "captured requests were last written: never"),
    ],
    ids=["nothing", "never"],
)
def test_how_far_it_reaches_is_told(state: Captured, told: str) -> None:
    assert state.told() == told
