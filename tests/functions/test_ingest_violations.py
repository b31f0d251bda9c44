import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, Example, Queued, World

DRIFT, VIOLATIONS = "ViolationsRule.drift.json", "ViolationsRule.violations.json"
FOLDER = "monitoring/reports/slipway-housing/slipway-housing/2026/03/02/09/"
DONE = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def _watched(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_monitored()
    call("announce", advance("Announce"))


@pytest.fixture
def people(world: "World") -> Any:  # noqa: ANN401 - a boto3 queue
    """A queue of what people are told."""
    sns, sqs = world.aws.client("sns"), world.aws.resource("sqs")
    queue = sqs.create_queue(QueueName="people")
    (topic,) = sns.list_topics()["Topics"]
    sns.subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=queue.attributes["QueueArn"])
    return queue


def told(people: Any) -> list[str]:  # noqa: ANN401 - a boto3 queue
    messages = people.receive_messages(MaxNumberOfMessages=10)
    return [json.loads(message.body)["Message"] for message in messages]


def counted(capsys: pytest.CaptureFixture[str]) -> list[list[float]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["Violations"] for line in lines if "Violations" in line]


def test_what_a_check_found_is_told_once(
    world: "World",
    call: "Call",
    example: "Example",
    queued: "Queued",
    people: Any,  # noqa: ANN401 - a boto3 queue
    capsys: pytest.CaptureFixture[str],
) -> None:
    world.capture(1000)
    call("check_drift", world.due())
    capsys.readouterr()
    assert call("ingest_violations", queued(example(VIOLATIONS))) == DONE
    drift = world.ports.ledger.load("housing").drift
    assert drift is not None
    assert drift.told
    assert counted(capsys) == [[float(drift.violations)]]
    assert world.files(FOLDER)["report.html"].startswith(b"<!doctype html>")
    for event in (DRIFT, VIOLATIONS, DRIFT):
        assert call("ingest_violations", queued(example(event))) == DONE
    (message,) = told(people)
    assert "prediction" in message
    assert world.ports.ledger.load("housing").drift == drift


def test_a_good_window_is_counted_as_nought_and_nobody_is_told(
    world: "World",
    call: "Call",
    example: "Example",
    queued: "Queued",
    people: Any,  # noqa: ANN401 - a boto3 queue
    capsys: pytest.CaptureFixture[str],
) -> None:
    world.capture()
    call("check_drift", world.due())
    capsys.readouterr()
    assert call("ingest_violations", queued(example(DRIFT))) == DONE
    assert counted(capsys) == [[0.0]]
    assert told(people) == []


def test_violations_hold_the_deployment_where_the_manifest_says_so(
    world: "World", call: "Call", advance: "Advance", example: "Example", queued: "Queued"
) -> None:
    world.upload_monitored("capture: {percentage: 100}\nmonitor: {on_violation: hold}\n")
    call("announce", advance("Announce", "release-2"))
    world.capture(1000)
    call("check_drift", world.due())
    call("ingest_violations", queued(example(DRIFT)))
    assert [deployment for deployment, _ in world.executions.started] == ["housing"]
    assert advance("Announce", "release-3")["reason"].startswith("drift: ")


def test_files_of_somebody_else_are_passed_over(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    event = deepcopy(example(DRIFT))
    event["detail"]["object"]["key"] = "monitoring/reports/other/nightly/2026/03/02/09/x.json"
    assert call("ingest_violations", queued(event)) == DONE
    assert world.ports.ledger.load("housing").drift is None


def test_files_that_cannot_be_read_go_back(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    world.upload(f"{FOLDER}slipway_drift.json", b"{")
    batch = queued(example(DRIFT))
    answer = call("ingest_violations", batch)
    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}
    assert world.ports.ledger.load("housing").drift is None
