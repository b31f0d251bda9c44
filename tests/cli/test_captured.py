"""Whether what was asked has been written yet: a check waits for it, and says so."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from slipway.domain.world import Endpoint, EndpointStatus
from slipway_cli import screen
from slipway_cli.captured import Captured, await_written
from slipway_cli.follow import Patience

NOW = 1795342500.0  # 2026-11-22T10:15:00Z
CLOCK = screen.clock(NOW).partition(".")[0]


@dataclass
class World:
    """An endpoint that was asked at `asked`, and whose captures are written at `written`."""

    asked: float | None
    written: float | None
    now: float = NOW
    embedded: bool = True
    minute: float = 60.0
    bucket: str = "bucket"
    variants: tuple[str, ...] = ("AllTraffic",)
    idle: tuple[str, ...] = ()
    prefixes: list[str] = field(default_factory=list)

    @property
    def session(self) -> "World":
        return self

    @property
    def endpoints(self) -> "World":
        return self

    def describe(self, name: str) -> Endpoint:
        weights = dict.fromkeys(self.variants, 1.0)
        return Endpoint(name, EndpointStatus.IN_SERVICE, "config", NOW, weights=weights)

    @property
    def ports(self) -> "World":
        return self

    def client(self, _service: str) -> "World":
        return self

    def get_paginator(self, _operation: str) -> "World":
        return self

    def get_metric_statistics(self, **asked: Any) -> Any:
        (_, variant) = asked["Dimensions"]
        if self.asked is None or variant["Value"] in self.idle:
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
    state = world.state(monkeypatch)
    assert state.asked == (NOW - 100) // 60 * 60 + 59
    assert state.counted == NOW - 120


def test_each_variant_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variants = ("champion", "challenger")
    world = World(asked=NOW - 5, written=NOW + 55, variants=variants, idle=variants[:1])
    assert world.state(monkeypatch).written == NOW + 55
    assert "waiting: what was asked until" in capsys.readouterr().err
    assert {prefix.split("/")[2] for prefix in world.prefixes} == {*variants}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (Captured(None, None), "nothing was asked in the last hour"),
        (Captured(NOW, None), "captured requests were last written: never"),
        (Captured(None, NOW, NOW - 120), f"captured requests were last written: {CLOCK}"),
        (
            Captured(None, None, NOW),
            f"nothing was asked in the last hour; what was asked since {CLOCK} may be missing",
        ),
    ],
    ids=["nothing", "never", "written since", "not counted yet"],
)
def test_how_far_it_reaches_is_told(state: Captured, told: str) -> None:
    assert state.told() == told
