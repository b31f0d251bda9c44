"""How traffic moves to a new fleet: the steps that a DeploymentConfig asks for.

    ALL_AT_ONCE  ──100 %── bake TerminationWait ──► done
    CANARY       ──size── bake WaitInterval ──100 %── bake TerminationWait ──► done
    LINEAR       ──size── bake ──2·size── bake ── … ──100 %── bake TerminationWait ──► done
    rolling      ──batch── bake ──2·batch── bake ── … ──100 %── bake WaitInterval ──► done

Source: "Deployment guardrails for updating models in production".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from slipway_local.sagemaker.errors import invalid

_LARGEST_CANARY = 0.5
_LARGEST_BATCH = 0.5
_LINEAR_STEPS = (0.1, 0.5)
_SMALLEST_BATCH = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """Give the new fleet `traffic` (a share of 1) and watch the alarms for `bake` seconds."""

    traffic: float
    bake: float
    waits_for: str


@dataclass(frozen=True, slots=True)
class Rollout:
    """What an update will do once the new fleet is healthy.

    A rolling one gives up old instances as it goes, so that going back means starting them anew.
    """

    steps: Sequence[Step]
    alarms: Sequence[str] = ()
    rolling: bool = False
    timeout: float = float("inf")


def plan(config: Mapping[str, Any], instances: int) -> Rollout:
    """The rollout for a fleet of `instances`. Raises Refusal where the sizes are out of bounds."""
    policy = config.get("BlueGreenUpdatePolicy")
    rolling = config.get("RollingUpdatePolicy")
    if policy and rolling:
        raise invalid("DeploymentConfig takes a BlueGreenUpdatePolicy or a RollingUpdatePolicy.")
    chosen = policy or rolling or {}
    alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return Rollout(
        steps=_rolling(rolling, instances) if rolling else _blue_green(policy or {}, instances),
        alarms=[alarm["AlarmName"] for alarm in alarms if "AlarmName" in alarm],
        rolling=rolling is not None,
        timeout=chosen.get("MaximumExecutionTimeoutInSeconds", float("inf")),
    )


def _blue_green(policy: Mapping[str, Any], instances: int) -> Sequence[Step]:
    last = Step(1.0, policy.get("TerminationWaitInSeconds", 0), "TerminationWaitInSeconds")
    routing = policy.get("TrafficRoutingConfiguration", {"Type": "ALL_AT_ONCE"})
    if routing["Type"] == "CANARY":
        share = _share(routing, "CanarySize", instances)
        _bounded("CanarySize", share, 0.0, _LARGEST_CANARY)
        return [Step(share, routing["WaitIntervalInSeconds"], "WaitIntervalInSeconds"), last]
    if routing["Type"] == "LINEAR":
        share = _share(routing, "LinearStepSize", instances)
        _bounded("LinearStepSize", share, *_LINEAR_STEPS)
        return [*_stairs(share, routing["WaitIntervalInSeconds"])[:-1], last]
    return [last]


def _rolling(policy: Mapping[str, Any], instances: int) -> Sequence[Step]:
    share = _share(policy, "MaximumBatchSize", instances)
    _bounded("MaximumBatchSize", share, _SMALLEST_BATCH, _LARGEST_BATCH)
    return _stairs(share, policy["WaitIntervalInSeconds"])


def _stairs(share: float, wait: float) -> Sequence[Step]:
    count = ceil(1 / share - 1e-9)
    return [
        Step(min(1.0, share * number), wait, "WaitIntervalInSeconds")
        for number in range(1, count + 1)
    ]


def _share(config: Mapping[str, Any], member: str, instances: int) -> float:
    size = config.get(member)
    if size is None:
        raise invalid(f"{config.get('Type', 'The update policy')} needs a {member}.")
    if size["Type"] == "CAPACITY_PERCENT":
        return float(size["Value"]) / 100
    return float(size["Value"]) / max(instances, 1)


def _bounded(member: str, share: float, low: float, high: float) -> None:
    if not low <= share <= high:
        raise invalid(
            f"{member} is {share:.0%} of the variant's instances; it must be between "
            f"{low:.0%} and {high:.0%}."
        )
