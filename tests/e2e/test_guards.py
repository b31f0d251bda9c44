"""Rollouts by SageMaker on a deployed cloud: alarms watch them, and send a bad version back."""

from typing import Any

import pytest

CANARY = "rollout: {type: canary, canary_size: 50%, wait_interval: 4m, termination_wait: 3m}\n"
OWN = {f"slipway-guarded.AllTraffic.{kind}" for kind in ("5xx", "4xx", "latency", "no-answer")}
# It answers its probes, and fails every fourth request of those that come in numbers.
FAILING = b"""
import itertools, joblib

count = itertools.count(1)

def model_fn(model_dir):
    return joblib.load(model_dir + "/model.joblib")

def predict_fn(rows, model):
    if next(count) % 4 == 0:
        raise RuntimeError("every fourth")
    return model.predict(rows.reshape(-1, 2))
"""


def test_a_good_version_comes_by_canary_and_a_bad_one_is_sent_back_by_its_alarm(
    slipway: Any, models: Any, eventually: Any
) -> None:
    assert slipway.release("guarded", models.line(), CANARY).verdict == "Released"
    assert alarms(slipway) == OWN
    with slipway.traffic("guarded") as traffic:
        eventually(lambda: len(traffic.answers) > 50)
        end = slipway.release("guarded", models.line(100))
        assert (end.verdict, traffic.failures) == ("Released", []), end.reason
    assert slipway.predict("guarded") == pytest.approx(105)
    with slipway.traffic("guarded") as traffic:
        eventually(lambda: len(traffic.answers) > 50)
        end = slipway.release("guarded", {**models.line(200), "code/inference.py": FAILING})
    assert end.verdict == "Held", end.reason
    assert "slipway-guarded.AllTraffic.5xx: Threshold Crossed: " in end.reason
    assert slipway.predict("guarded") == pytest.approx(105)
    assert alarms(slipway) == OWN
    assert slipway.manage("guarded", "rollout: all_at_once\n").verdict == "Released"
    assert alarms(slipway) == set()


def alarms(slipway: Any) -> set[str]:
    found = slipway.client("cloudwatch").describe_alarms(AlarmNamePrefix="slipway-guarded.")
    return {alarm["AlarmName"] for alarm in found["MetricAlarms"]}
