"""`slipway status`: what it says of a deployment's watch."""

import pytest
from slipway.domain.desired import MissingData, Runner
from slipway.domain.record import Record
from slipway.domain.watch import Alarm, Schedule
from slipway.domain.world import Baseline, Drift, World
from slipway_cli.status import _watched

SCHEDULE = Schedule(Runner.LAMBDA, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 6)
ALARM = Alarm("slipway-h-drift", "h", 6, MissingData.MISSING)
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
