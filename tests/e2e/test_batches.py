"""Batch deployments over the wire: proven, run by upload, by a schedule and by hand, and told."""

import json
from pathlib import Path
from typing import Any

import pytest
from slipway_cli.follow import Patience
from slipway_cli.main import app
from slipway_cli.monitor import check_window, scheduled
from typer.testing import CliRunner

BATCH = "target: {type: batch}\n"


@pytest.fixture
def put(slipway: Any) -> Any:
    """`put(key, content)`: upload an object."""

    def putting(key: str, content: bytes) -> None:
        slipway.client("s3").put_object(Bucket=slipway.stack.bucket, Key=key, Body=content)

    return putting


@pytest.fixture
def read(slipway: Any) -> Any:
    """`read(key)`: what is in an object."""

    def reading(key: str) -> bytes:
        body = slipway.client("s3").get_object(Bucket=slipway.stack.bucket, Key=key)["Body"]
        content: bytes = body.read()
        return content

    return reading


def runs(slipway: Any, deployment: str) -> list[Any]:
    """The runs that people know of, oldest first."""
    found = slipway.stack.ports.ledger.load(deployment).runs.last
    return [run for run in reversed(found) if run.told]


def numbers(content: bytes) -> list[float]:
    return [round(float(line), 6) for line in content.decode().split()]


def test_what_is_uploaded_is_answered(
    slipway: Any, models: Any, eventually: Any, put: Any, read: Any
) -> None:
    put("batches/nightly/in/a.csv", b"1,2\n3,4\n")
    end = slipway.release("nightly", models.line(), BATCH)
    assert end.verdict == "Released", end.reason
    assert "a sample of a.csv was answered" in end.reason
    (run,) = eventually(lambda: runs(slipway, "nightly"))
    assert (run.status, run.rows_in, run.rows_out) == ("Completed", 2, 2), run.reason
    assert numbers(read("batches/nightly/out/1/a.csv.out")) == [5, 11]
    document = json.loads(read("batches/nightly/out/1/run.json"))
    assert (document["version"], document["first"]) == ("version 1", "a.csv")


def test_a_record_that_cannot_be_answered_is_told_and_the_rest_is_kept(
    slipway: Any, models: Any, eventually: Any, put: Any, read: Any
) -> None:
    end = slipway.release("nightly-bad", models.line(), BATCH + "batch: {every: 24h}\n")
    assert end.verdict == "Released", end.reason
    put("batches/nightly-bad/in/deep/bad.csv", b"1,2\n1,two\n")
    put("batches/nightly-bad/in/deep/good.csv", b"1,2\n")
    done = CliRunner().invoke(app, ["batch", "nightly-bad"])
    assert done.exit_code == 1, done.output
    (run,) = eventually(lambda: runs(slipway, "nightly-bad"))
    assert run.reason.startswith("1 of 2 objects were not answered: deep/bad.csv; ")
    assert "row 2, column 2: 'two' is not a number" in run.reason
    assert numbers(read("batches/nightly-bad/out/1/deep/good.csv.out")) == [5]
    put("batches/nightly-bad/in/deep/bad.csv", b"1,2\n1,3\n")
    left = f"s3://{slipway.stack.bucket}/batches/nightly-bad/failed/1.manifest"
    done = CliRunner().invoke(app, ["batch", "nightly-bad", left])
    assert done.exit_code == 0, done.output
    assert numbers(read("batches/nightly-bad/out/2/deep/bad.csv.out")) == [5, 7]


def test_a_schedule_runs_what_has_arrived(
    slipway: Any, models: Any, eventually: Any, put: Any, read: Any
) -> None:
    put("batches/hourly/in/a.csv", b"1,2\n")
    # Whatever the time is, a whole minute of ours is at most one away.
    end = slipway.release(
        "hourly", models.line(), BATCH + "batch: {cron: '* * * * ? *', split: Line, join: Input}\n"
    )
    assert end.verdict == "Released", end.reason
    (run, *_) = eventually(lambda: runs(slipway, "hourly"), seconds=150.0)
    assert run.due.why.startswith("the schedule, at 20")
    assert read("batches/hourly/out/1/a.csv.out").decode().startswith("1,2,5")


def test_a_file_of_one_s_own_is_answered_and_all_goes_with_its_deployment(
    slipway: Any, models: Any, put: Any, tmp_path: Path
) -> None:
    put("batches/own-files/in/a.csv", b"1,2\n")
    end = slipway.release("own-files", models.line(), BATCH + "batch: {every: 24h}\n")
    assert end.verdict == "Released", end.reason
    rows = tmp_path / "rows.csv"
    rows.write_bytes(b"3,4\n")
    done = CliRunner().invoke(app, ["batch", "own-files", str(rows)])
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(app, ["batches", "own-files"])
    assert "somebody asked to run rows.csv" in listed.output
    done = CliRunner().invoke(app, ["delete", "own-files", "--yes"])
    assert done.exit_code == 0, done.output
    names = [m["ModelName"] for m in slipway.client("sagemaker").list_models()["Models"]]
    assert not [name for name in names if "-own-files-" in name]
    schedules = slipway.client("scheduler").list_schedules()["Schedules"]
    assert not [each for each in schedules if each["Name"].endswith("-own-files.batch")]


def test_a_version_that_answers_no_sample_never_runs(
    slipway: Any, models: Any, eventually: Any, put: Any, read: Any
) -> None:
    put("batches/proven-files/in/a.csv", b"1,2\n")
    end = slipway.release("proven-files", models.line(), BATCH)
    assert end.verdict == "Released", end.reason
    end = slipway.release("proven-files", models.wide())
    assert end.verdict == "Held", end.reason
    assert end.reason.endswith("runs go on with version 1")
    put("batches/proven-files/in/b.csv", b"3,4\n")
    eventually(lambda: len(runs(slipway, "proven-files")) == 2)
    assert numbers(read("batches/proven-files/out/2/b.csv.out")) == [11]


def test_what_runs_read_is_held_against_the_baseline(
    slipway: Any, models: Any, eventually: Any, put: Any
) -> None:
    rows = [f"{x},{y}" for x in range(10) for y in range(10)]
    answers = [f"{x + 2 * y}.0,{x},{y}" for x in range(10) for y in range(10)]
    put("models/watched-files/baseline.csv", "\n".join(("p,x0,x1", *answers, "")).encode())
    watched = "capture: {percentage: 100}\nmonitor: {every: 1h, on_violation: hold}\n"
    end = slipway.release("watched-files", models.line(), f"{BATCH}{watched}")
    assert end.verdict == "Released", end.reason
    put("batches/watched-files/in/a.csv", "\n".join((*rows, "")).encode())
    eventually(lambda: runs(slipway, "watched-files"))
    assert checked(slipway, "watched-files") == "no drift"
    spoilt = (f"{row}000" for row in rows)
    put("batches/watched-files/in/b.csv", "\n".join((*spoilt, "")).encode())
    eventually(lambda: len(runs(slipway, "watched-files")) == 2)
    assert checked(slipway, "watched-files") == "violations"
    put("batches/watched-files/in/c.csv", b"1,2\n")
    held = eventually(lambda: settled(slipway, "watched-files", "Held"))
    assert held.startswith("drift: ")
    assert held.endswith("; nothing runs")
    assert len(runs(slipway, "watched-files")) == 2


def checked(slipway: Any, deployment: str) -> str:
    """The state of the hour that runs."""
    schedule = scheduled(slipway.stack, deployment)
    at = slipway.stack.ports.clock() + 3600
    return str(check_window(slipway.stack, schedule, at, Patience(60.0, 0.2)).state)


def settled(slipway: Any, deployment: str, verdict: str) -> str:
    """The reason of the last verdict, if it is this one."""
    found = slipway.stack.ports.ledger.load(deployment).settled
    return str(found.announce.reason) if found.announce.verdict == verdict else ""


def test_what_a_wrong_version_answered_is_answered_again(
    slipway: Any, models: Any, eventually: Any, put: Any, read: Any
) -> None:
    end = slipway.release("regret", models.line(), BATCH)
    assert end.verdict == "Released", end.reason
    end = slipway.release("regret", models.line(offset=100.0))
    assert end.verdict == "Released", end.reason
    put("batches/regret/in/a.csv", b"1,2\n")
    eventually(lambda: runs(slipway, "regret"))
    assert numbers(read("batches/regret/out/1/a.csv.out")) == [105]
    done = CliRunner().invoke(app, ["rollback", "regret", "--rerun"])
    assert done.exit_code == 0, done.output
    assert "due again: run 1" in done.output
    _, again = eventually(lambda: (found := runs(slipway, "regret"))[1:] and found)
    assert (again.due.why, again.billed > 0) == ("run 1 again, as of release 1", True)
    assert numbers(read("batches/regret/out/2/a.csv.out")) == [5]


def test_an_instance_type_that_jobs_do_not_take_is_told_shortly(slipway: Any, models: Any) -> None:
    manifest = "target: {type: batch, instance_type: ml.c5.large}\n"
    end = slipway.release("too-small", models.line(), manifest)
    assert end.verdict == "Held"
    assert "transformResources.instanceType: SageMaker does not take 'ml.c5.large'" in end.reason
    assert "ml.c5.xlarge" in end.reason
    assert len(end.reason) < 400
