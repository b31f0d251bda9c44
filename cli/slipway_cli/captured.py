"""Whether what an endpoint was asked has been written down yet: a check sees nothing else."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway.domain.desired import VARIANT
from slipway.domain.watch import CAPTURES, HOUR

from slipway_cli import screen
from slipway_cli.follow import Patience
from slipway_cli.stack import Stack

# SageMaker promises nothing; what it captures is in S3 within a minute or two.
LATEST_MINUTES = 3


@dataclass(frozen=True, slots=True)
class Captured:
    """When, in epoch seconds, the endpoint was last asked in the last hour, as CloudWatch counts,
    and when captured requests were last written; None for never."""

    asked: float | None
    written: float | None

    @property
    def behind(self) -> bool:
        """Whether something was asked that is not written."""
        return self.asked is not None and (self.written is None or self.written <= self.asked)

    def told(self) -> str:
        """How far what is written reaches."""
        if self.asked is None and self.written is None:
            return "nothing was asked in the last hour"
        last = screen.clock(self.written).partition(".")[0] if self.written else "never"
        return f"captured requests were last written: {last}"


def await_written(found: Stack, endpoint: str, patience: Patience) -> Captured:
    """Wait until all is written that the endpoint was asked, saying so; for three minutes of
    the cloud's at most."""
    state = look(found, endpoint)
    if state.behind and state.asked is not None:
        asked = screen.clock(state.asked).partition(".")[0]
        screen.err().print(
            f"waiting: what was asked until {asked} is not written yet; SageMaker does so within a "
            f"minute or two ({state.told()})",
            soft_wrap=True,
        )
    deadline = patience.clock() + min(LATEST_MINUTES * found.ports.minute, patience.seconds)
    while state.behind and patience.clock() < deadline:
        patience.sleep(patience.pause)
        state = look(found, endpoint)
    return state


def look(found: Stack, endpoint: str) -> Captured:
    """What CloudWatch and the bucket say now."""
    now = time.time()
    return Captured(
        max(_asked(found, endpoint, now), default=None),
        max(_written(found, endpoint, now), default=None),
    )


def _asked(found: Stack, endpoint: str, now: float) -> Iterator[float]:
    # The embedded cloud keeps seconds, SageMaker minutes.
    period = 1 if found.embedded else 60
    client: Any = found.session.client("cloudwatch")
    answer = client.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": VARIANT},
        ],
        StartTime=datetime.fromtimestamp(now - HOUR, UTC),
        EndTime=datetime.fromtimestamp(now + period, UTC),
        Period=period,
        Statistics=["Sum"],
    )
    for point in answer["Datapoints"]:
        if point["Sum"]:
            yield point["Timestamp"].timestamp() + period - 1


def _written(found: Stack, endpoint: str, now: float) -> Iterator[float]:
    pages = found.session.client("s3").get_paginator("list_objects_v2")
    for hour in (now - HOUR, now):
        folder = datetime.fromtimestamp(hour, UTC).strftime("%Y/%m/%d/%H/")
        prefix = f"{CAPTURES}{endpoint}/{VARIANT}/{folder}"
        for page in pages.paginate(Bucket=found.bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                yield each["LastModified"].timestamp()
