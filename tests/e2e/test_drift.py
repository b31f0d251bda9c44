"""Drift on a deployed cloud: what endpoints are asked is captured, checked, told, and held."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway.domain.watch import HOUR, Window
from slipway_cli.follow import Patience
from slipway_cli.monitor import check_window, scheduled

PATIENCE = Patience(seconds=60.0, pause=0.05)
WATCHED = """
capture: {percentage: 100}
monitor: {on_violation: hold, thresholds: {minimum_rows: 20, outside: 0.1}}
probes: [{body: "5,4"}]
"""
# The line's answers are off by what floats are, so the rows keep away from nought.
ROWS = [(n % 10 + 1, n % 7 + 1) for n in range(40)]
# What the line answers to each row, then the row: as captures are read.
DATA = "prediction,x0,x1\n" + "".join(f"{a + 2.0 * b},{a},{b}\n" for a, b in ROWS)


@pytest.fixture
def release(slipway: Any, models: Any) -> Callable[[str], None]:
    """`release("d")`: release a watched deployment."""

    def released(deployment: str) -> None:
        key = f"models/{deployment}/baseline.csv"
        slipway.client("s3").put_object(Bucket=slipway.stack.bucket, Key=key, Body=DATA)
        end = slipway.release(deployment, models.line(), WATCHED)
        assert end.verdict == "Released", end.reason

    return released


@pytest.fixture
def heard(slipway: Any) -> Iterator[Callable[[], list[str]]]:
    """What people who subscribe to the topic hear of drift."""
    sqs, sns = slipway.client("sqs"), slipway.client("sns")
    url = sqs.create_queue(QueueName="people")["QueueUrl"]
    named = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    topic, queue = slipway.stack.values["TopicArn"], named["QueueArn"]
    takes = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [takes]})}
    )
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"FilterPolicy": json.dumps({"verdict": ["Drift"]})},
    )["SubscriptionArn"]

    def hear() -> list[str]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["Message"] for message in messages]

    yield hear
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def ask(slipway: Any, eventually: Any, deployment: str, factor: int) -> None:
    """Ask for each row, `factor` times as large, and wait until all was captured."""
    before = captured(slipway, deployment)
    for a, b in ROWS:
        slipway.predict(deployment, f"{a * factor},{b}")
    eventually(lambda: captured(slipway, deployment) >= before + len(ROWS))


def captured(slipway: Any, deployment: str) -> int:
    prefix = f"capture/{slipway.stack.endpoint(deployment)}/"
    listed = slipway.client("s3").list_objects_v2(Bucket=slipway.stack.bucket, Prefix=prefix)
    keys = [found["Key"] for found in listed.get("Contents", [])]
    return sum(content(slipway, key).count(b"\n") for key in keys)


def content(slipway: Any, key: str) -> bytes:
    found = slipway.client("s3").get_object(Bucket=slipway.stack.bucket, Key=key)
    return bytes(found["Body"].read())


def test_drift_is_told_once_and_holds_the_deployment_until_somebody_acts(
    slipway: Any, models: Any, release: Any, heard: Any, eventually: Any, tmp_path: Path
) -> None:
    # All is asked within one hour, which is checked before it has ended.
    eventually(lambda: HOUR - time.time() % HOUR > 50)
    ports = slipway.stack.ports
    release("drifting")
    ask(slipway, eventually, "drifting", 1)
    schedule = scheduled(slipway.stack, "drifting")
    good = check_window(slipway.stack, schedule, time.time() + HOUR, PATIENCE)
    assert (good.state, good.violations) == ("no drift", 0)
    assert heard() == []

    ask(slipway, eventually, "drifting", 1000)
    command = Path(sys.executable).with_name("slipway")
    # As if it were AWS, whose minutes are as long as ours: as long it need not wait here.
    asked = [command, "--aws", "monitor", "drifting", "-o", tmp_path, "--timeout", "30"]
    checked = subprocess.run(asked, capture_output=True, text=True)
    assert checked.returncode == 1, checked.stderr
    assert checked.stdout.startswith("violations: ")
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    drift = ports.ledger.load("drifting").drift
    assert (drift.state, drift.told) == ("violations", True)
    (message,) = eventually(heard)
    assert "x0" in message
    report = message.rpartition(f"Report: s3://{slipway.stack.bucket}/")[2].strip()
    assert content(slipway, report) == (tmp_path / "report.html").read_bytes()

    reason = f"drift: {drift.violations} violations of the baseline, since {drift.since}"
    eventually(lambda: (verdict(slipway) or ("", ""))[1].startswith(reason))
    assert verdict(slipway)[0] == "Held"
    assert slipway.predict("drifting") == pytest.approx(5)

    end = slipway.release("drifting", models.line(), "capture: {percentage: 100}\n")
    assert end.verdict == "Released", end.reason
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        slipway.client("scheduler").get_schedule(Name="slipway-drifting")
    alarms = slipway.client("cloudwatch").describe_alarms(AlarmNames=["slipway-drifting-drift"])
    assert alarms["MetricAlarms"] == []
    assert heard() == []


def verdict(slipway: Any) -> Any:
    settled = slipway.stack.ports.ledger.load("drifting").settled
    return (settled.announce.verdict, settled.announce.reason) if settled else None


def test_a_large_window_is_profiled_in_shards_and_judged_as_one(slipway: Any, release: Any) -> None:
    release("wide")
    at = datetime(2026, 3, 2, 9, 15, tzinfo=UTC).timestamp()
    (hour,) = Window.before(at, 1).folders
    for name in "abc":
        key = f"capture/slipway-wide/AllTraffic/{hour}/{name}.jsonl"
        slipway.client("s3").put_object(
            Bucket=slipway.stack.bucket, Key=key, Body=b"".join(large_records())
        )
    schedule = scheduled(slipway.stack, "wide")
    states = slipway.states(slipway.stack.ports.checks.start(schedule, at))
    assert [state for state in states if state != "ProfileCapture"] == [
        "CheckDrift",
        "Choose",
        "ProfileCaptures",
        "CheckDrift",
        "Choose",
        "Checked",
    ]
    folder = "monitoring/reports/slipway-wide/slipway-wide/2026/03/02/09/"
    summary = json.loads(content(slipway, f"{folder}slipway_drift.json"))
    assert (summary["state"], summary["rows"]) == ("no drift", 3 * len(ROWS))


def large_records() -> Iterator[bytes]:
    """Requests as large as a 24 MB file of 40 has them: their attributes are captured, too."""
    for a, b in ROWS:
        sides = {
            side: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
            for side, mode, data in (
                ("endpointInput", "INPUT", f"{a},{b}"),
                ("endpointOutput", "OUTPUT", f"{a + 2.0 * b}"),
            )
        }
        about = {
            "eventId": "e",
            "inferenceTime": "2026-03-02T08:10:00Z",
            "customAttributes": ["x" * 600_000],
        }
        line = {"captureData": sides, "eventMetadata": about, "eventVersion": "0"}
        yield json.dumps(line).encode() + b"\n"
