"""Alarms and their remedies in the manifest."""

import pytest
from slipway.domain.desired import Approval
from slipway.domain.errors import InvalidInput
from slipway.domain.remedy import AlarmPolicy, Cure, Kind, Limit
from slipway.manifest import parse

ROLLBACK = (Cure(Kind.ROLLBACK),)
MONITOR = "capture: {percentage: 100}\nmonitor: {}\n"


def alarms(text: str) -> tuple[AlarmPolicy, ...]:
    return parse(text.encode(), Approval.AUTOMATIC).alarms


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        (
            "{metric: Invocation5XXErrors, above: 1%, for: 5m, remedy: rollback}",
            AlarmPolicy(ROLLBACK, Limit("Invocation5XXErrors", "Average", 0.01, 5)),
        ),
        (
            "{metric: ModelLatency, above: 800ms, remedy: rollback}",
            AlarmPolicy(ROLLBACK, Limit("ModelLatency", "p99", 800_000.0, 3)),
        ),
        (
            "{metric: OverheadLatency, above: 2s, variant: AllTraffic, remedy: rollback}",
            AlarmPolicy(ROLLBACK, Limit("OverheadLatency", "p99", 2e6, 3, "AllTraffic")),
        ),
        (
            "{metric: CPUUtilization, above: 80%, remedy: rollback}",
            AlarmPolicy(ROLLBACK, Limit("CPUUtilization", "Average", 80.0, 3)),
        ),
        (
            "{metric: Invocations, above: 1000, remedy: rollback}",
            AlarmPolicy(ROLLBACK, Limit("Invocations", "Sum", 1000.0, 3)),
        ),
        (
            "{name: mine, cooldown: 2h, most: 1, remedy: rollback}",
            AlarmPolicy(ROLLBACK, name="mine", cooldown=120, most=1),
        ),
        ("{drift: any, remedy: rollback}", AlarmPolicy(ROLLBACK)),
        (
            "{name: mine, remedy: [{scale_out: {by: 2, up_to: 6}}, {start: retrain}, hold, hold]}",
            AlarmPolicy(
                (Cure(Kind.SCALE_OUT, 2, 6), Cure(Kind.START, target="retrain"), Cure(Kind.HOLD)),
                name="mine",
            ),
        ),
    ],
)
def test_an_alarm_says_what_is_done_about_it(text: str, policy: AlarmPolicy) -> None:
    assert alarms(f"{MONITOR}alarms: [{text}]") == (policy,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{remedy: notify}", "give one of `metric`, `name` and `drift`"),
        ("{name: a, drift: any, remedy: notify}", "give one of `metric`, `name` and `drift`"),
        ("{name: a}", "alarms.0.remedy"),
        ("{name: a, above: 1%, remedy: notify}", "are for a `metric`"),
        ("{metric: Errors, above: 1%, remedy: notify}", "none that a variant has"),
        ("{metric: Invocation5XXErrors, remedy: notify}", "is as in 1%; None is not"),
        ("{metric: Invocation5XXErrors, above: 2s, remedy: notify}", "is as in 1%; '2s' is not"),
        ("{metric: ModelLatency, above: 5, remedy: notify}", "as in 800ms or 2s; 5.0 is not"),
        ("{metric: ModelLatency, above: 1s, for: 90s, remedy: notify}", "whole minutes"),
        ("{metric: ModelLatency, above: 1s, for: 2h, remedy: notify}", "1m to 1h"),
        ("{metric: ModelLatency, above: 1s, variant: b, remedy: notify}", "there is no variant b"),
        ("{name: a, cooldown: 30s, remedy: notify}", "from 1m to 24h"),
        ("{name: a, remedy: {}}", "give one of `scale_out` and `start`"),
        ("{name: a, remedy: notify}, {name: a, remedy: hold}", "a is there twice"),
        ("{name: a, remedy: reboot}", "alarms.0.remedy"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        alarms(f"alarms: [{text}]")
    assert complaint in str(refusal.value)


def test_two_do_not_scale_the_same_instances() -> None:
    with pytest.raises(InvalidInput, match="leave out `scale_out`, or `autoscaling`"):
        alarms(
            "autoscaling: {min: 1, max: 2, invocations_per_instance: 100}\n"
            "alarms: [{name: a, remedy: {scale_out: {up_to: 2}}}]"
        )


def test_drift_is_seen_by_a_monitor_alone() -> None:
    with pytest.raises(InvalidInput, match="without `monitor`"):
        alarms("alarms: [{drift: any, remedy: notify}]")
