"""Log events, each shown once, in the order in which they come."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_cli.failures import Problem
from slipway_cli.logs import LATE_SECONDS, Lines, seconds_in, show, stand_ins

GROUP = "/aws/sagemaker/Endpoints/slipway-housing"


def event(number: int, at: float, stream: str = "AllTraffic/i-1") -> dict[str, Any]:
    return {
        "eventId": str(number),
        "timestamp": int(at * 1000),
        "message": f"line {number}",
        "logStreamName": stream,
    }


class Group:
    """A log group of one event a page, as FilterLogEvents pages it."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = [*events]

    def get_paginator(self, _operation: str) -> "Group":
        return self

    def paginate(self, *, logGroupName: str, startTime: int) -> Iterator[Any]:  # noqa: N803
        assert logGroupName == GROUP
        found = [each for each in self.events if each["timestamp"] >= startTime]
        return iter([{"events": [each]} for each in found] + [{"events": []}])


class NoGroup(Group):
    def paginate(self, **_: Any) -> Iterator[Any]:
        error = {"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}
        raise ClientError(error, "FilterLogEvents")  # type: ignore[arg-type]


def numbers(events: Iterator[dict[str, Any]]) -> list[str]:
    return [each["eventId"] for each in events]


def test_events_are_shown_from_a_moment_on_and_once() -> None:
    lines = Lines(Group(event(1, 5), event(2, 10), event(3, 11)), GROUP)
    assert numbers(lines.after(10)) == ["2", "3"]
    assert numbers(lines.after(10)) == []


def test_a_group_that_is_not_there_yet_has_no_events() -> None:
    assert numbers(Lines(NoGroup(), GROUP).after(0)) == []


def test_what_comes_late_is_shown_all_the_same_and_nothing_twice() -> None:
    group, now = Group(event(1, 1000)), [1000.0]

    def pass_time(seconds: float) -> None:
        now[0] += seconds
        group.events.append(event(len(group.events) + 1, now[0] - LATE_SECONDS / 2))

    coming = Lines(group, GROUP, lambda: now[0], pass_time).as_they_come(1000)
    assert [next(coming)["eventId"] for _ in range(4)] == ["1", "31", "32", "33"]
    assert len(group.events) == 33


def test_what_stands_in_for_the_image_s_packages_is_told_of_the_newest_container() -> None:
    now = time.time()
    old, new = "torch 2.13.0+cpu instead of 2.6.0", "numpy 2.4.6 instead of 2.5.1"
    events = [
        {**event(1, now - 9, "AllTraffic/i-1"), "message": old},
        {**event(2, now - 8, "AllTraffic/i-2"), "message": new},
        {**event(3, now - 7, "AllTraffic/i-2"), "message": "I chose this instead of that"},
    ]
    session = SimpleNamespace(client=lambda _: Group(*events))
    stack: Any = SimpleNamespace(session=session, endpoint="slipway-{}".format)
    assert stand_ins(stack, "housing") == [new]


def test_the_stream_is_named_where_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    events = [event(1, 1), event(2, 2), event(3, 3, "AllTraffic/i-2")]
    assert show(iter(events)) == 3
    shown = capsys.readouterr().out.splitlines()
    assert (shown[0], shown[3]) == ("AllTraffic/i-1", "AllTraffic/i-2")
    assert [line.split("  ")[1] for line in (shown[1], shown[2], shown[4])] == [
        "line 1",
        "line 2",
        "line 3",
    ]


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200)])
def test_a_span_of_time(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


def test_a_span_that_is_none_is_refused() -> None:
    with pytest.raises(Problem, match="--since is 'yesterday'"):
        seconds_in("yesterday")
