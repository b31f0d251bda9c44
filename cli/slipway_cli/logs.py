"""`slipway logs`: what a deployment's model prints, on the laptop and on AWS."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError
from rich.text import Text
from slipway.domain.naming import checked_deployment

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem

GROUP = "/aws/sagemaker/Endpoints/"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
STAND_IN = re.compile(r"[\w.-]+ [\w.+!-]+ instead of [\w.+!-]+")
# What comes late is still shown: the streams of many instances are not in step.
LATE_SECONDS = 60
PAUSE = 1.0

Event = dict[str, Any]


def logs(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C, as it prints.")
    ] = False,
    since: Annotated[str, typer.Option(help="How far back: 30s, 10m, 2h or 7d.")] = "1h",
) -> None:
    """Show what the model prints: its own lines, each request's status and time, and errors'
    traces."""
    found = stack.connect(target.of(ctx))
    group = GROUP + found.endpoint(checked_deployment(deployment))
    start = time.time() - seconds_in(since)
    lines = Lines(found.session.client("logs"), group)
    shown = show(lines.after(start))
    if follow:
        show(lines.as_they_come(start))
    elif not shown:
        raise Problem(
            f"{deployment} has printed nothing in the last {since}",
            f"`slipway status {deployment}` says what serves; --since 7d looks further.",
            Exit.REFUSED,
        )


def stand_ins(found: stack.Stack, deployment: str) -> list[str]:
    """The packages that stand in for the image's in the newest container of the embedded cloud, as
    `torch 2.13.0+cpu instead of 2.6.0`."""
    lines = Lines(found.session.client("logs"), GROUP + found.endpoint(deployment))
    said: dict[str, list[str]] = {}
    for event in lines.after(time.time() - UNITS["h"]):
        said.setdefault(event["logStreamName"], [])
        if STAND_IN.fullmatch(event["message"]):
            said[event["logStreamName"]].append(event["message"])
    return [*said.values()][-1] if said else []


def seconds_in(text: str) -> int:
    """`10m` in seconds. Raises Problem."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if not match:
        raise Problem(f"--since is {text!r}", "write it as 30s, 10m, 2h or 7d", Exit.USAGE)
    return int(match[1]) * UNITS[match[2]]


class Lines:
    """The events of a log group, each of them once."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3's
        group: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._group = client, group
        self._clock, self._sleep = clock, sleep
        self._seen: dict[str, float] = {}

    def after(self, start: float) -> Iterator[Event]:
        """Those since `start`, in seconds since the epoch, that were not seen yet; none where the
        group is not there, as before a first container prints."""
        pages = self._client.get_paginator("filter_log_events")
        try:
            for page in pages.paginate(logGroupName=self._group, startTime=int(start * 1000)):
                yield from filter(self._is_new, page["events"])
        except ClientError as error:
            if error.response["Error"].get("Code") != "ResourceNotFoundException":
                raise

    def as_they_come(self, start: float) -> Iterator[Event]:
        """The same without an end."""
        while True:
            yield from self.after(start)
            self._sleep(PAUSE)
            start = max(start, self._clock() - LATE_SECONDS)
            self._seen = {each: at for each, at in self._seen.items() if at >= start}

    def _is_new(self, event: Event) -> bool:
        new = event["eventId"] not in self._seen
        self._seen[event["eventId"]] = event["timestamp"] / 1000
        return new


def show(events: Iterator[Event]) -> int:
    """Print events as they come: when, where where that is news, and what; how many they were."""
    console, stream, count = screen.out(), "", 0
    for event in events:
        if event["logStreamName"] != stream:
            stream = event["logStreamName"]
            console.print(Text(stream, "bold"), soft_wrap=True)
        line = Text(screen.clock(event["timestamp"] / 1000), "dim")
        console.print(line.append(f"  {event['message']}", "not dim"), soft_wrap=True)
        count += 1
    return count
