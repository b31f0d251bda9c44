"""Tasks of deployments over the wire: run by hand on Fargate, told, and gone with their
deployment."""

import json
from typing import Any

from slipway_cli.main import app
from typer.testing import CliRunner

JOB = (
    "import boto3, hashlib, os, sys\n"
    "bucket, _, key = os.environ['SLIPWAY_MODEL_URI'][5:].partition('/')\n"
    "body = boto3.client('s3').get_object(Bucket=bucket, Key=key)['Body'].read()\n"
    "assert hashlib.sha256(body).hexdigest() == os.environ['SLIPWAY_MODEL_SHA256']\n"
    "print('scored', os.environ['FLAVOUR'], *sys.argv[1:])\n"
)


IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/scoring:1"


def manifest(*command: str) -> str:
    """An endpoint with a task, whose image is its own."""
    task = {"image": IMAGE, "command": command, "environment": {"FLAVOUR": "plain"}}
    return json.dumps({"task": task})


def ran(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["task", *arguments])


def test_a_task_reads_the_released_bytes_and_all_goes_with_its_deployment(
    slipway: Any, models: Any
) -> None:
    end = slipway.release("scoring", models.line(), manifest("python", "-c", JOB, "one"))
    assert end.verdict == "Released", end.reason
    done = ran("scoring")
    assert done.exit_code == 0, done.output
    assert "scored plain one" in done.output
    failed = ran("scoring", "--", "python", "-c", "print('no rows'); raise SystemExit(3)")
    assert failed.exit_code == 3, failed.output
    assert "no rows" in failed.output
    listed = json.loads(CliRunner().invoke(app, ["tasks", "scoring", "--json"]).output)
    assert [(each["number"], each["code"], each["told"]) for each in listed] == [
        (2, 3, True),
        (1, 0, True),
    ]
    ecs = slipway.client("ecs")
    gone = CliRunner().invoke(app, ["delete", "scoring", "--yes"])
    assert gone.exit_code == 0, gone.output
    assert ecs.list_task_definitions(familyPrefix="slipway-scoring")["taskDefinitionArns"] == []


def test_a_task_under_way_is_stopped_when_its_deployment_goes(
    slipway: Any, models: Any, eventually: Any
) -> None:
    end = slipway.release("sleeping", models.line(), manifest("sleep", "600"))
    assert end.verdict == "Released", end.reason
    assert ran("sleeping", "--no-wait").exit_code == 0
    ecs, cluster = slipway.client("ecs"), slipway.stack.values["TaskClusterArn"]
    eventually(lambda: running(ecs, cluster))
    gone = CliRunner().invoke(app, ["delete", "sleeping", "--yes"])
    assert gone.exit_code == 0, gone.output
    assert running(ecs, cluster) == []


def running(ecs: Any, cluster: str) -> list[str]:
    found: list[str] = ecs.list_tasks(cluster=cluster, family="slipway-sleeping")["taskArns"]
    return found


def test_a_task_waits_for_a_version_and_says_so(slipway: Any, models: Any) -> None:
    text = json.dumps({"approval": "manual", "task": {"image": IMAGE, "command": ["true"]}})
    end = slipway.release("task-waiting", models.line(), text)
    assert end.verdict == "Awaits approval", end.reason
    assert ran("task-waiting", "--no-wait").exit_code == 0
    listed = CliRunner().invoke(app, ["tasks", "task-waiting"])
    assert "has run no task yet" in listed.output
    assert CliRunner().invoke(app, ["approve", "task-waiting"]).exit_code == 0
    done = ran("task-waiting")
    assert done.exit_code == 0, done.output
    listed = json.loads(CliRunner().invoke(app, ["tasks", "task-waiting", "--json"]).output)
    assert [each["code"] for each in listed] == [0, 0]


def test_what_has_no_task_is_told_what_to_write(slipway: Any, models: Any) -> None:
    end = slipway.release("taskless", models.line())
    assert end.verdict == "Released", end.reason
    done = ran("taskless")
    assert done.exit_code == 2
    assert "`task: {command: [python, job.py]}` says what" in " ".join(done.output.split())
