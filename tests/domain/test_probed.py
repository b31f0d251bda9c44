"""Verdicts of probes: which are kept, whom a version is held against, and for how long."""

import pytest
from slipway.domain.probed import KEPT, UNPROBED, Asked, Origin, Probed, Source, limit

PROBE = Origin(Source.MANIFEST, number=1)


def verdict(config: str, generation: int = 1, count: int = 1, *, passed: bool = True) -> Probed:
    return Probed(generation, config, passed, "because", count)


def test_the_last_verdict_on_each_config_is_kept() -> None:
    probes = UNPROBED.having(verdict("a")).having(verdict("a", 2, passed=False))
    assert probes.of("a") == verdict("a", 2, passed=False)
    assert probes.of("a", 1) is None
    assert probes.of("b") is None


def test_old_verdicts_go() -> None:
    probes = UNPROBED
    for name in "abcdef":
        probes = probes.having(verdict(name))
    assert len(probes.last) == KEPT
    assert probes.of("a") is None


def test_a_version_is_held_against_what_answered_in_the_same_generation() -> None:
    probes = UNPROBED.having(verdict("good", 1)).having(verdict("serving", 2))
    assert probes.before("wanted", 2) == verdict("serving", 2)
    failed = probes.having(verdict("wanted", 2, passed=False))
    assert failed.before("older", 2) == verdict("serving", 2)
    assert UNPROBED.before("wanted", 2) is None


def test_where_nothing_serves_it_is_held_against_what_answered_last() -> None:
    probes = UNPROBED.having(verdict("older", 1)).having(verdict("unproven", 2, count=0))
    assert probes.before("wanted", 3) == verdict("older", 1)
    assert UNPROBED.having(verdict("unproven", 2, count=0)).before("wanted", 3) is None


def test_without_a_probe_nothing_is_proven() -> None:
    assert verdict("a").proven
    assert not verdict("a", count=0).proven
    assert not verdict("a", passed=False).proven


@pytest.mark.parametrize(
    ("within", "before", "seconds"),
    [
        (2.0, 0.1, 2),
        (90.0, None, 60),
        (None, None, 60),
        (None, 0.01, 1),
        (None, 3, 15),
        (None, 50, 60),
    ],
)
def test_a_probe_has_a_time(within: float | None, before: float | None, seconds: float) -> None:
    asked = None if before is None else Asked(PROBE, 200, "CSV 1 number", before)
    assert limit(within, asked) == seconds


@pytest.mark.parametrize(
    ("origin", "label"),
    [
        (PROBE, "probe 1"),
        (Origin(Source.CAPTURE, "capture/h/x.jsonl", number=7), "a captured request"),
        (Origin(Source.SAMPLE, "models/h/request.csv", "v1"), "request.csv"),
        (Origin(Source.INPUT, "batches/h/in/a.csv"), "a sample of a.csv"),
        (Origin(Source.BASELINE, "models/h/baseline.csv", "v1"), "a row of baseline.csv"),
        (Origin(Source.GUESS, number=4), "a row of 4 zeros"),
    ],
    ids=[source.value for source in Source],
)
def test_probes_have_names(origin: Origin, label: str) -> None:
    assert origin.label == label
