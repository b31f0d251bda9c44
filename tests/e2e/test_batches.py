"""Batch deployments over the wire: proven, run by upload and by hand, told."""

import json
from typing import Any

BATCH = "target: {type: batch}\n"


def put(slipway: Any, key: str, content: bytes) -> None:
    slipway.client("s3").put_object(Bucket=slipway.stack.bucket, Key=key, Body=content)


def read(slipway: Any, key: str) -> bytes:
    body = slipway.client("s3").get_object(Bucket=slipway.stack.bucket, Key=key)["Body"]
    content: bytes = body.read()
    return content


def told_run(slipway: Any, deployment: str, number: int) -> Any:
    """A run, once people know of it."""
    runs = slipway.stack.ports.ledger.load(deployment).runs.last
    return next((run for run in runs if run.number == number and run.told), None)


def test_what_is_uploaded_is_answered(slipway: Any, models: Any, eventually: Any) -> None:
    put(slipway, "batches/nightly/in/a.csv", b"1,2\n3,4\n")
    end = slipway.release("nightly", models.line(), BATCH)
    assert end.verdict == "Released", end.reason
    assert "the first rows of a.csv was answered" in end.reason
    run = eventually(lambda: told_run(slipway, "nightly", 1))
    assert (run.status, run.rows_in, run.rows_out) == ("Completed", 2, 2), run.reason
    answers = read(slipway, "batches/nightly/out/1/a.csv.out").decode().split()
    assert list(map(float, answers)) == [5.0, 11.0]
    document = json.loads(read(slipway, "batches/nightly/out/1/run.json"))
    assert document["version"] == "version 1"
    put(slipway, "batches/nightly/in/deep/bad.csv", b"1,2\n1,two\n")
    put(slipway, "batches/nightly/in/deep/good.csv", b"1,2\n")
    runs = [eventually(lambda: told_run(slipway, "nightly", 2))]
    if runs[0].objects == 1:  # whichever was seen first began
        runs.append(eventually(lambda: told_run(slipway, "nightly", 3)))
    failed = next(run for run in runs if run.status == "Failed")
    assert "deep/bad.csv" in failed.reason
    assert "could not convert string to float" in failed.reason or "two" in failed.reason
    assert float(read(slipway, f"batches/nightly/out/{runs[-1].number}/deep/good.csv.out")) == 5.0
