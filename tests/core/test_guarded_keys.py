"""Rollouts by SageMaker in the manifest: its own names and bounds, and what it leaves out."""

import pytest
from slipway.domain.desired import Approval
from slipway.domain.errors import InvalidInput
from slipway.domain.rollout import Guarded, Guards, Rollout, Size, Way
from slipway.manifest import parse

VARIANTS = "variants: {a: {}, b: {}}\n"


def rollout(text: str) -> Rollout:
    return parse(text.encode(), Approval.AUTOMATIC).rollout


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("rollout: canary", Guarded(Way.CANARY, Size(10))),
        ("rollout: {type: canary}", Guarded(Way.CANARY, Size(10))),
        ("rollout: linear", Guarded(Way.LINEAR, Size(25))),
        ("rollout: rolling", Guarded(Way.ROLLING, Size(25), termination_wait=0)),
        ("rollout: {type: all_at_once}", Guarded(Way.ALL_AT_ONCE, wait_interval=0)),
        (
            "target: {instance_count: 4}\nrollout: {type: canary, canary_size: 2}",
            Guarded(Way.CANARY, Size(2, percent=False)),
        ),
        (
            "rollout: {type: linear, maximum_execution_timeout: 1h, alarms: [mine, mine]}",
            Guarded(Way.LINEAR, Size(25), maximum_execution_timeout=3600, alarms=("mine",)),
        ),
        (
            "rollout: {type: rolling, rollback_maximum_batch_size: 50%, wait_interval: 3m}",
            Guarded(Way.ROLLING, Size(25), 180, 0, None, Size(50)),
        ),
        (
            "rollout: {type: canary, guards: {errors_5xx: 0.5%, latency_p99: 800ms}}",
            Guarded(Way.CANARY, Size(10), guards=Guards(0.005, latency_p99=0.8)),
        ),
    ],
)
def test_a_rollout_by_sagemaker_has_its_names(text: str, policy: Guarded) -> None:
    assert rollout(text) == policy


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rollout: sideways", "'all_at_once', 'canary', 'linear' or 'rolling'"),
        ("rollout: {type: sideways}", "rollout.type: 'sideways' cannot be used; it is all_at_once"),
        ("rollout: {type: canary, canary_size: 51%}", "from 1% to 50%"),
        ("rollout: {type: linear, linear_step_size: 9%}", "from 10% to 50%"),
        ("rollout: {type: rolling, maximum_batch_size: 4%}", "from 5% to 50%"),
        ("rollout: {type: canary, canary_size: 1}", "more than half of the 1"),
        ("rollout: {type: canary, wait_interval: 2m}", "3m to ring"),
        ("rollout: {type: canary, wait_interval: 2h}", "1h at most"),
        ("rollout: {type: canary, termination_wait: 61m}", "an hour at most"),
        ("rollout: {type: all_at_once, termination_wait: 0s}", "3m to ring"),
        ("rollout: {type: canary, maximum_execution_timeout: 9m}", "from 10m to 8h"),
        ("rollout: {type: canary, maximum_execution_timeout: 9h}", "from 10m to 8h"),
        ("rollout: {type: linear, maximum_execution_timeout: 30m}", "waits alone take 1800 s"),
        ("rollout: {type: rolling, maximum_execution_timeout: 30m}", "waits alone take 2400 s"),
        ("rollout: {type: canary, steps: [5]}", "rollout.steps: unknown key"),
        ("rollout: canary\ntarget: {type: serverless}", "is not for `target: {type: serverless}`"),
        ("rollout: canary\nmodels: many", "is not for `models: many`"),
        ("rollout: canary\ntarget: {instance_type: ml.inf1.xlarge}", "ignores `rollout`"),
        (f"{VARIANTS}rollout: rolling", "is for one variant"),
        ("rollout: canary\nvariants: {a: {}, b: {}, c: {}}", "12 are Slipway's own"),
        (f"{VARIANTS}rollout: {{type: canary, alarms: [c, d, e]}}", "give at most 2"),
    ],
)
def test_what_sagemaker_would_refuse_or_ignore_is_said_before(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rollout(text)
    assert complaint in str(refusal.value)


def test_two_variants_go_by_canary() -> None:
    found = rollout(f"{VARIANTS}rollout: {{type: canary, alarms: [c, d]}}")
    assert found == Guarded(Way.CANARY, Size(10), alarms=("c", "d"))
