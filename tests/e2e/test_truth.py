"""Nothing that is broken replaces something that works, nothing is called what it was not seen to
be, and what a person deletes by hand comes back."""

from pathlib import Path
from typing import Any

import pytest

SCRIPT = b"""
import os, time, joblib

def model_fn(model_dir):
    return joblib.load(model_dir + "/model.joblib")

def predict_fn(rows, model):
    %s
    return model.predict(rows.reshape(-1, 2))
"""
STRICT = "probes: [{body: '1,2', expect: {columns: 1, between: [0, 10]}}]\n"
CAPTURED = "capture: {percentage: 100}\n"


def scripted(models: Any, line: str) -> dict[str, bytes]:
    """A model of two features whose script does `line` before it predicts."""
    return {**models.line(), "code/inference.py": SCRIPT % line.encode()}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("raise ValueError('boom')", "where the version before answered 200"),
        ("time.sleep(3)", "it took 3."),
        ("os._exit(1)", "status 503"),
    ],
    ids=["raises", "sleeps", "dies"],
)
def test_what_does_not_answer_replaces_nothing(
    slipway: Any, models: Any, line: str, why: str
) -> None:
    if slipway.stack.ports.ledger.load("works").settled is None:
        assert slipway.release("works", models.line()).verdict == "Released"
    end = slipway.release("works", scripted(models, line))
    assert (end.verdict, why in end.reason) == ("Held", True), end.reason
    assert "version 1 serves on" in end.reason
    assert slipway.predict("works") == pytest.approx(5)


def test_a_model_of_another_width_is_found_before_its_clients_do(slipway: Any, models: Any) -> None:
    assert slipway.release("width", models.line()).verdict == "Released"
    end = slipway.release("width", models.wide())
    assert end.verdict == "Held"
    assert "changed: 3 features instead of 2" in end.reason
    assert slipway.predict("width") == pytest.approx(5)


def test_captured_requests_are_asked_again(slipway: Any, models: Any, eventually: Any) -> None:
    answers = scripted(models, "pass")
    assert slipway.release("asked", answers, CAPTURED).verdict == "Released"
    for row in ("1,2", "3,4", "5,6"):
        slipway.predict("asked", row)
    eventually(lambda: slipway.stack.ports.monitored.latest("slipway-asked", 1))
    end = slipway.release("asked", scripted(models, "assert rows.sum() != 7"))
    assert "a captured request: status 500, where the version before answered 200" in end.reason
    assert slipway.predict("asked", "3,4") == pytest.approx(11)


def test_what_was_not_probed_is_not_called_probed(
    slipway: Any, models: Any, tmp_path: Path
) -> None:
    refuses = scripted(models, "assert rows.sum(), 'no zeros here'")
    end = slipway.release("untold", refuses)
    assert end.verdict == "Released"
    assert "not probed: a row of 2 zeros was answered 500" in end.reason
    assert "`slipway push untold --request FILE`" in end.reason
    request = tmp_path / "row.csv"
    request.write_text("1,2")
    line, wish = slipway.push_request("untold", request)
    end = slipway.ended("untold", line, wish)
    assert (end.verdict, "request.csv was answered" in end.reason) == ("Released", True)


def test_going_back_works_whatever_was_released_before(slipway: Any, models: Any) -> None:
    broken = scripted(models, "raise RuntimeError('predict is broken')")
    assert "not probed" in slipway.release("again", broken).reason
    assert slipway.release("again", models.line(), STRICT).verdict == "Released"
    end = slipway.release("again", broken)
    assert end.verdict == "Held"
    assert "version 2 serves on" in end.reason
    assert slipway.predict("again") == pytest.approx(5)


@pytest.mark.parametrize("lost", ["config", "model", "package", "bytes", "endpoint"])
def test_what_a_person_deletes_comes_back(
    slipway: Any, models: Any, lost: str, eventually: Any
) -> None:
    if slipway.stack.ports.ledger.load("tidied").settled is None:
        assert slipway.release("tidied", models.line()).verdict == "Released"
    delete(slipway, "tidied", lost)
    slipway.states(slipway.run("tidied"))
    live = eventually(lambda: whole(slipway, "tidied"))
    assert live["EndpointStatus"] == "InService"
    assert slipway.predict("tidied") == pytest.approx(5)
    end = slipway.release("tidied", models.line())
    assert end.verdict == "Released", end.reason


def delete(slipway: Any, deployment: str, lost: str) -> None:
    """Delete by hand what serves, or a part of it."""
    sagemaker, name = slipway.client("sagemaker"), slipway.stack.endpoint(deployment)
    config = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    found = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    model = found["ProductionVariants"][0]["ModelName"]
    package = sagemaker.describe_model(ModelName=model)["Containers"][0]["ModelPackageName"]
    match lost:
        case "config":
            sagemaker.delete_endpoint_config(EndpointConfigName=config)
        case "model":
            sagemaker.delete_model(ModelName=model)
        case "package":
            sagemaker.delete_model_package(ModelPackageName=package)
        case "endpoint":
            sagemaker.delete_endpoint(EndpointName=name)
        case "bytes":
            s3, bucket = slipway.client("s3"), slipway.stack.bucket
            prefix = f"artifacts/{deployment}/"
            for kept in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
                s3.delete_object(Bucket=bucket, Key=kept["Key"])


def whole(slipway: Any, deployment: str) -> Any:
    """The endpoint, once it serves and lacks nothing."""
    ports, name = slipway.stack.ports, slipway.stack.endpoint(deployment)
    live = ports.endpoints.describe(name)
    if live is None or not live.serves(live.config) or ports.endpoints.missing(live.config):
        return None
    kept = slipway.client("s3").list_objects_v2(
        Bucket=slipway.stack.bucket, Prefix=f"artifacts/{deployment}/"
    )
    return slipway.describe(deployment) if kept.get("Contents") else None
