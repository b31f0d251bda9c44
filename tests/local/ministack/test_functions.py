"""What is read from a function's log."""

import json
import traceback
from typing import Any

import pytest
from slipway_local.ministack.functions import embedded_metrics, error_type


class Throttled(Exception):
    """An error of a function."""


@pytest.mark.parametrize(
    "error",
    [Throttled("slow down"), Throttled("two\nlines: of text"), Throttled(""), KeyError("do")],
)
def test_an_error_is_named_by_its_class(error: Exception) -> None:
    log = "printed before\n" + "".join(traceback.format_exception(error))
    assert error_type(log, str(error)) == type(error).__name__


def test_a_log_without_a_traceback_names_nothing() -> None:
    assert error_type("", "Worker process died") == "Runtime.HandlerError"
    assert error_type("Worker process died", "Worker process died") == "Runtime.HandlerError"


def line(**changes: Any) -> str:  # noqa: ANN401 - a document
    directive = {
        "Namespace": "Slipway",
        "Dimensions": [["Deployment"], []],
        "Metrics": [{"Name": "Drift", "Unit": "Count"}, {"Name": "Rows"}],
    }
    embedded = {"Timestamp": 1, "CloudWatchMetrics": [directive]}
    document = {"_aws": embedded, "Deployment": "churn", "Drift": 3, "Rows": [1, 2], **changes}
    return json.dumps(document)


def test_each_metric_is_found_for_each_set_of_dimensions() -> None:
    found = [*embedded_metrics(f"START\n{line()}\nEND")]
    churn = {"Deployment": "churn"}
    assert found == [
        ("Slipway", "Drift", 3.0, "Count", churn),
        ("Slipway", "Rows", 1.0, "None", churn),
        ("Slipway", "Rows", 2.0, "None", churn),
        ("Slipway", "Drift", 3.0, "Count", {}),
        ("Slipway", "Rows", 1.0, "None", {}),
        ("Slipway", "Rows", 2.0, "None", {}),
    ]


@pytest.mark.parametrize(
    "broken", ['{"_aws": 3}', '{"_aws": ', line(Drift="much"), line(_aws={"CloudWatchMetrics": 1})]
)
def test_a_broken_line_is_passed_over(broken: str) -> None:
    assert [metric for metric in embedded_metrics(broken) if metric[1] == "Drift"] == []
    assert len([*embedded_metrics(f"{broken}\n{line()}")]) >= 6
