"""Whether what an endpoint was asked has been written down yet: a check sees nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway.domain.watch import CAPTURES, HOUR

from slipway_cli import screen
from slipway_cli.follow import Patience
from slipway_cli.stack import Stack

# SageMaker promises nothing; what it captures is in S3 within a minute or two.
LATEST_MINUTES = 3
COUNTED_MINUTES = 2  # as late is CloudWatch with what an endpoint was asked


@dataclass(frozen=True, slots=True)
class Captured:
    """When, in epoch seconds, a variant was last asked in the last hour, as CloudWatch counts, and
    when its captured requests were last written; None for never. What was asked since `counted`
    may not be counted yet."""

    asked: float | None
    written: float | None
    counted: float | None = None

    @property
    def behind(self) -> bool:
        """Whether something was asked that is not written."""
        return self.asked is not None and (self.written is None or self.written <= self.asked)

    def told(self) -> str:
        """How far what is written reaches."""
        counted = f"; what was asked since {_clock(self.counted)} may be missing"
        more = counted if self.counted and (self.written or 0) <= self.counted else ""
        if self.asked is None and self.written is None:
            return f"nothing was asked in the last hour{more}"
        last = _clock(self.written) if self.written else "never"
        return f"captured requests were last written: {last}{more}"


def await_written(found: Stack, endpoint: str, patience: Patience) -> Captured:
    """Wait until all is written that the endpoint was asked, saying so; for three minutes of
    the cloud's at most."""
    state = look(found, endpoint)
    if state.behind and state.asked is not None:
        screen.err().print(
            f"waiting: what was asked until {_clock(state.asked)} is not written yet; SageMaker "
            f"does so within a minute or two ({state.told()})",
            soft_wrap=True,
        )
    deadline = patience.clock() + min(LATEST_MINUTES * found.ports.minute, patience.seconds)
    while state.behind and patience.clock() < deadline:
        patience.sleep(patience.pause)
        state = look(found, endpoint)
    return state


def look(found: Stack, endpoint: str) -> Captured:
    """What CloudWatch and the bucket say now, of the variant that is behind if one is."""
    live, now = found.ports.endpoints.describe(endpoint), time.time()
    states = [_of(found, endpoint, variant, now) for variant in (live.weights if live else ())]
    nothing = Captured(None, None)
    return max(states, key=lambda each: (each.behind, each.asked or 0.0), default=nothing)


def _of(found: Stack, endpoint: str, variant: str, now: float) -> Captured:
    return Captured(
        max(_asked(found, endpoint, variant, now), default=None),
        max(_written(found, endpoint, variant, now), default=None),
        None if found.embedded else now - COUNTED_MINUTES * 60,
    )


def _clock(at: float | None) -> str:
    return screen.clock(at or 0.0).partition(".")[0]


def _asked(found: Stack, endpoint: str, variant: str, now: float) -> Iterator[float]:
    # The embedded cloud keeps seconds, SageMaker minutes.
    period = 1 if found.embedded else 60
    client: Any = found.session.client("cloudwatch")
    answer = client.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ],
        StartTime=datetime.fromtimestamp(now - HOUR, UTC),
        EndTime=datetime.fromtimestamp(now + period, UTC),
        Period=period,
        Statistics=["Sum"],
    )
    for point in answer["Datapoints"]:
        if point["Sum"]:
            yield point["Timestamp"].timestamp() + period - 1


def _written(found: Stack, endpoint: str, variant: str, now: float) -> Iterator[float]:
    pages = found.session.client("s3").get_paginator("list_objects_v2")
    for hour in (now - HOUR, now):
        folder = datetime.fromtimestamp(hour, UTC).strftime("%Y/%m/%d/%H/")
        prefix = f"{CAPTURES}{endpoint}/{variant}/{folder}"
        for page in pages.paginate(Bucket=found.bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                yield each["LastModified"].timestamp()
