"""`slipway status`: what serves, what does not, and what it says of a deployment's watch."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from slipway.domain.alarms import Alarm, Metric
from slipway.domain.attempts import Attempts, Good
from slipway.domain.desired import Artifact, Desired, Policy, Runner, Uploads
from slipway.domain.plan.model import Container, Model
from slipway.domain.record import Record, Settled
from slipway.domain.steps import Announce, Change, DeployEndpoint, Step, Verdict
from slipway.domain.watch import Schedule
from slipway.domain.world import Baseline, Drift, Endpoint, EndpointStatus, Inspected, World
from slipway.looking import Look
from slipway_cli.status import _row, _served, _watched

SCHEDULE = Schedule(Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 6)
ALARM = Alarm("slipway-h-drift", "", Metric("Slipway", "Violations", "Sum", ()), 1.0, 6 * 3600)
BUILT = Baseline("monitoring/baselines/h/ab/", summary="statistics.json of baseline.csv")
HOUR = "2026/11/22/10"


@pytest.mark.parametrize(
    ("record", "world", "said"),
    [
        (Record("h"), World(), {}),
        (
            Record("h", baseline=BUILT),
            World(watch=frozenset({SCHEDULE, ALARM})),
            {"baseline": "statistics.json of baseline.csv", "watched": "every 6 h"},
        ),
        (Record("h"), World(watch=frozenset({ALARM})), {}),
        (
            Record("h", baseline=Baseline("f/", refused="baseline.csv: it has no rows")),
            World(),
            {"baseline": "baseline.csv: it has no rows"},
        ),
        (
            Record("h", drift=Drift(1, HOUR, "no drift", told=True)),
            World(),
            {"drift": "no drift at 2026/11/22/10"},
        ),
        (
            Record("h", drift=Drift(1, HOUR, "violations", 3, "2026/11/22/08")),
            World(),
            {"drift": "violations at 2026/11/22/10, 3 violations, since 2026/11/22/08"},
        ),
    ],
)
def test_the_watch_is_told_in_words(record: Record, world: World, said: dict[str, str]) -> None:
    facts = dict(_watched(record, world))
    assert list(facts) == ["baseline", "watched", "drift"]
    assert {name: value for name, value in facts.items() if value} == said


ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 100.0, 10)
DESIRED = Desired("h", 1, {"": ARTIFACT}, Policy())
LIVE = Endpoint("slipway-h", EndpointStatus.IN_SERVICE, "slipway-h-one", 100.0)
OLD_MODEL = Model("m", "key", (Container("sklearn:1.2", "s3://b/one", {}),), network_isolation=True)
OLD_IMAGE: Any = SimpleNamespace(models=(OLD_MODEL,))
GOOD = Good(
    "slipway-h-one", ("arn:aws:sagemaker:eu-west-1:1:model-package/slipway-h/3",), OLD_IMAGE
)


@dataclass
class Uploaded:
    """Nothing new was uploaded."""

    def newest(self, _deployment: str, _parts: object, _arrived: object) -> Uploads:
        return Uploads({"": ARTIFACT}, None)


PORTS: Any = SimpleNamespace(uploaded=Uploaded())


def look(step: Step, live: Endpoint | None = LIVE, **facts: Any) -> Look:
    """A deployment that came to `step`; version 3 was released before."""
    settled = Settled(1, step, told=True) if isinstance(step, Announce) else None
    attempts = Attempts(good=(GOOD,))
    record = Record("h", desired=DESIRED, settled=settled, attempts=attempts, **facts)
    return Look(record, World(endpoint=live), None, step)


@pytest.mark.parametrize(
    ("found", "row"),
    [
        (
            look(Announce(Verdict.RELEASED, "version 3 serves; 1 of 1 probes passed")),
            ("Released", "InService", "version 3 serves; 1 of 1 probes passed"),
        ),
        (
            look(Announce(Verdict.HELD, "probe failed: it answered 500; version 3 serves on")),
            ("Held; version 3 serves on", "InService", "probe failed: it answered 500"),
        ),
        (
            look(Announce(Verdict.HELD, "there is no image for it; nothing serves"), live=None),
            ("Held; nothing serves", "none", "there is no image for it"),
        ),
        (
            look(DeployEndpoint(Change.UPDATE, "slipway-h-two", "wanted is another")),
            (
                "Next: DeployEndpoint (update); version 3 serves on",
                "InService",
                "wanted is another",
            ),
        ),
    ],
    ids=["released", "held", "held without anything", "next"],
)
def test_a_deployment_is_a_line_that_says_what_serves(found: Look, row: tuple[str, ...]) -> None:
    assert _row(PORTS, found) == row


def test_the_image_is_the_one_that_serves_not_the_one_that_was_not_found() -> None:
    missing = Inspected(ARTIFACT, no_image="no image has scikit-learn 9")
    held = look(Announce(Verdict.HELD, "no image; version 3 serves on"), inspected=(missing,))
    facts = dict(_served(held))
    assert facts["image"] == "sklearn:1.2"
    assert facts["next image"] == "no image has scikit-learn 9"
    assert facts["serves"] == "version 3"


def test_without_anything_that_serves_the_image_is_why_there_is_none() -> None:
    missing = Inspected(ARTIFACT, no_image="no image has scikit-learn 9")
    held = look(Announce(Verdict.HELD, "no image; nothing serves"), live=None, inspected=(missing,))
    facts = dict(_served(held))
    assert (facts["image"], facts["next image"]) == ("no image has scikit-learn 9", "")
    assert facts["serves"] == "nothing"
