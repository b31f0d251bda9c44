"""Rollouts by steps, over the wire: a candidate beside what serves, judged by what is counted."""

from typing import Any

import pytest
from slipway_cli.follow import Patience
from slipway_cli.sync import run

STEPS = """
rollout:
  steps: [20, 50]
  every: 1m
  at_most: 1h
  judge: {min_requests: 20, error_rate: 0.1, latency: null}
"""
PATIENT = Patience(seconds=120.0, pause=0.1)
# It answers what is probed, and fails every fifth of its other requests.
FLAKY = b"""
import itertools, joblib, os
asked = itertools.count(1)
def model_fn(folder):
    return joblib.load(os.path.join(folder, "model.joblib"))
def predict_fn(rows, model):
    if next(asked) % 5 == 0:
        raise ValueError("every fifth")
    return model.predict(rows.reshape(-1, 2))
"""


@pytest.fixture
def stepwise(slipway: Any, models: Any) -> str:
    """A deployment whose rollouts take steps."""
    assert slipway.release("steps", models.line(), STEPS).verdict == "Released"
    return "steps"


def test_a_good_candidate_is_promoted_and_a_worse_one_sent_back(
    slipway: Any, models: Any, stepwise: str
) -> None:
    with slipway.traffic(stepwise) as traffic:
        end = slipway.ended(stepwise, *slipway.push(stepwise, models.line(1.0)), PATIENT)
        assert (end.verdict, traffic.failures) == ("Released", [])
    assert slipway.predict(stepwise) == 6.0
    told = [moment.why for moment in slipway.history(stepwise) if "JudgeRollout" in moment.what]
    assert any("has 20 % of the traffic" in why for why in told)
    assert any("has 50 % of the traffic" in why for why in told)
    flaky = {**models.line(2.0), "code/inference.py": FLAKY}
    with slipway.traffic(stepwise) as traffic:
        end = slipway.ended(stepwise, *slipway.push(stepwise, flaky), PATIENT)
        assert end.verdict == "Held"
        assert "was sent back: worse: requests failed (5XX)" in end.reason
        lost = len(traffic.failures) / len(traffic.answers)
    assert 0 < lost < 0.1
    assert slipway.predict(stepwise) == 6.0
    (variant,) = slipway.describe(stepwise)["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentWeight"]) == ("AllTraffic", 1.0)


def test_nobody_is_promoted_whom_nobody_asked_until_a_person_says_so(
    slipway: Any, models: Any
) -> None:
    short = STEPS.replace("at_most: 1h", "at_most: 1m")
    assert slipway.release("alone", models.line(), short).verdict == "Released"
    end = slipway.ended("alone", *slipway.push("alone", models.line(1.0)), PATIENT)
    assert end.verdict == "Held"
    assert "undecided at 20 %: no request to either version was counted" in end.reason
    end = run(slipway.stack, "alone", {"wish": {"type": "promote"}}, 60.0)
    assert end.verdict == "Released"
    assert slipway.predict("alone") == 6.0


def test_a_person_ends_it(slipway: Any, models: Any, eventually: Any) -> None:
    assert slipway.release("ended", models.line(), STEPS).verdict == "Released"
    slipway.push("ended", models.line(1.0))
    told = "has 20 % of the traffic, and is judged"
    eventually(lambda: [moment for moment in slipway.history("ended") if told in moment.why])
    end = run(slipway.stack, "ended", {"wish": {"type": "abort"}}, 60.0)
    assert (end.verdict, "was sent back: a person said abort" in end.reason) == ("Held", True)
    assert slipway.predict("ended") == 5.0
