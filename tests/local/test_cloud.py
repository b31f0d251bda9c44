"""The embedded cloud starts, is found, and ends without a trace, however it was left."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from slipway_local import cloud, record

Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = pytest.mark.e2e


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    yield folder
    cloud.stop(folder)


def processes(state: Path) -> list[str]:
    """The command lines of what runs in or from `state`."""
    listed = subprocess.run(
        ["/bin/ps", "-axww", "-o", "args="], capture_output=True, text=True, check=True
    )
    return [line for line in listed.stdout.splitlines() if str(state) in line]


def warm_function(running: cloud.Cloud) -> None:
    """Deploy a function and call it once, so that a worker lives."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    role = running.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    functions = running.client("lambda")
    functions.create_function(
        FunctionName="f",
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    functions.invoke(FunctionName="f", Payload=b"{}")


def test_a_stopped_cloud_leaves_no_process_and_stopping_again_does_nothing(state: Path) -> None:
    running = cloud.start(state)
    warm_function(running)
    assert len(processes(state)) == 2  # the cloud and its worker
    cloud.stop(state)
    assert processes(state) == []
    assert not (state / "tmp").exists()
    cloud.stop(state)


def test_a_cloud_is_found_by_its_folder_and_started_in_it_once(state: Path) -> None:
    assert cloud.find(state) is None
    running = cloud.start(state)
    assert cloud.find(state) == running
    with pytest.raises(cloud.CloudRunning, match=str(state)):
        cloud.start(state)
    cloud.stop(state)
    assert cloud.find(state) is None
    assert cloud.start(state, running.settings.port).endpoint == running.endpoint


def test_a_killed_cloud_is_cleaned_up_by_the_next_stop_or_start(
    state: Path, eventually: Eventually
) -> None:
    warm_function(cloud.start(state))
    os.kill(int(record.pid(state).read_text()), signal.SIGKILL)
    eventually(lambda: not record.alive(state))
    assert cloud.find(state) is None
    cloud.stop(state)
    assert eventually(lambda: processes(state) == [])
    assert cloud.start(state).client("sagemaker").list_endpoints()["Endpoints"] == []


def test_a_stale_number_of_another_process_is_left_alone(state: Path) -> None:
    state.mkdir()
    other = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    record.pid(state).write_text(str(other.pid))
    cloud.stop(state)
    assert other.poll() is None
    other.communicate()


def test_a_cloud_outlives_who_started_it(state: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from slipway_local import cloud; "
        "cloud.start(Path(sys.argv[1])); print(flush=True); input()"
    )
    starter = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    starter.stdout.readline()
    starter.kill()
    starter.communicate()
    running = cloud.find(state)
    assert running is not None
    assert running.client("sagemaker").list_endpoints()["Endpoints"] == []
    cloud.stop(state)
    assert processes(state) == []


def test_a_taken_port_is_refused(state: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(cloud.CloudFailed, match=r"Port \d+ cannot be had.*already in use"),
    ):
        cloud.start(state, taken.getsockname()[1])
    assert processes(state) == []


def test_a_cloud_that_does_not_start_shows_its_log(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no module named ministack >&2\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(cloud.CloudFailed, match="no module named ministack"):
        cloud.start(state)
    assert cloud.find(state) is None


def test_only_this_machine_reaches_the_cloud(state: Path) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("Needs Linux's table of sockets.")
    port = cloud.start(state).settings.port
    listening = [line.split()[1] for line in table.read_text().splitlines() if " 0A " in line]
    loopback = "0100007F"
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [
        f"{loopback}:{port:04X}"
    ]


def test_a_cloud_may_take_anyone(state: Path) -> None:
    port = cloud.start(state, auth=False).settings.port
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/", "{}", {"X-Amz-Target": "SageMaker.ListEndpoints"})
    assert json.loads(connection.getresponse().read()) == {"Endpoints": []}
    connection.close()


def test_the_log_is_followed_until_the_cloud_ends(state: Path) -> None:
    running = cloud.start(state)
    began = time.monotonic()
    lines: list[str] = []

    def stop_when_ready(line: str) -> None:
        lines.append(line)
        if "Ready" in line:
            cloud.stop(state)

    cloud.follow(running, stop_when_ready)
    assert any("shutting down" in line for line in lines)
    assert time.monotonic() - began < 10


def fill(running: cloud.Cloud) -> None:
    """One of everything that a Slipway in the cloud stands on."""
    warm_function(running)
    s3 = running.client("s3")
    s3.create_bucket(Bucket="models")
    s3.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket="models", Key="a/model.tar.gz", Body=body)
    running.client("dynamodb").create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    running.client("dynamodb").put_item(TableName="ledger", Item={"pk": {"S": "housing"}})
    running.client("sqs").create_queue(QueueName="letters")
    running.client("events").put_rule(Name="sweep", ScheduleExpression="rate(15 minutes)")
    running.client("cloudwatch").put_metric_alarm(
        AlarmName="errors", MetricName="m", Namespace="n", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    running.client("sagemaker").create_model_package_group(ModelPackageGroupName="housing")


def held(running: cloud.Cloud) -> dict[str, object]:
    """What is there of it."""
    s3 = running.client("s3")
    versions = s3.list_object_versions(Bucket="models").get("Versions", [])
    return {
        "body": s3.get_object(Bucket="models", Key="a/model.tar.gz")["Body"].read(),
        "versions": sorted(version["VersionId"] for version in versions),
        "items": running.client("dynamodb").scan(TableName="ledger")["Items"],
        "queues": running.client("sqs").list_queues()["QueueUrls"],
        "rules": [rule["Name"] for rule in running.client("events").list_rules()["Rules"]],
        "alarms": [
            alarm["AlarmName"]
            for alarm in running.client("cloudwatch").describe_alarms()["MetricAlarms"]
        ],
        "functions": json.loads(
            running.client("lambda").invoke(FunctionName="f", Payload=b"7")["Payload"].read()
        ),
        "groups": [
            group["ModelPackageGroupName"]
            for group in running.client("sagemaker").list_model_package_groups()[
                "ModelPackageGroupSummaryList"
            ]
        ],
    }


WRITTEN = {
    "cloudwatch": "errors",
    "dynamodb": "housing",
    "eventbridge": "sweep",
    "lambda": "app.handler",
    "s3": "Enabled",
    "sagemaker": "housing",
    "sqs": "letters",
}


def written(file: Path, word: str) -> bool:
    return file.exists() and word in file.read_text()


def kill(state: Path) -> None:
    os.kill(int(record.pid(state).read_text()), signal.SIGKILL)


@pytest.mark.parametrize("end", [cloud.stop, kill], ids=["stopped", "killed"])
def test_what_a_cloud_holds_outlives_it_however_it_ends(
    state: Path, eventually: Eventually, end: Callable[[Path], None]
) -> None:
    running = cloud.start(state, keep=True)
    fill(running)
    before = held(running)
    for service, word in WRITTEN.items():
        eventually(partial(written, state / "kept" / f"{service}.json", word))
    end(state)
    eventually(lambda: not record.alive(state))
    assert cloud.died(state) is (end is kill)
    again = cloud.start(state, keep=True)
    assert again.endpoint == running.endpoint
    assert held(again) == before


def test_a_fresh_cloud_is_empty(state: Path) -> None:
    cloud.start(state, keep=True).client("s3").create_bucket(Bucket="models")
    with pytest.raises(cloud.CloudRunning):
        cloud.forget(state)
    cloud.stop(state)
    cloud.forget(state)
    assert cloud.start(state, keep=True).client("s3").list_buckets()["Buckets"] == []


def test_what_another_version_kept_is_refused_with_the_remedy(state: Path) -> None:
    kept = state / "kept"
    kept.mkdir(parents=True)
    (kept / "sagemaker.json").write_text("{}")
    with pytest.raises(cloud.CloudFailed, match="--fresh"):
        cloud.start(state, keep=True)
