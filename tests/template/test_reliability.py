"""Nothing is lost, and somebody is told: dead-letter queues, time-outs, alarms, encryption."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from slipway.domain.record import TELL_SECONDS
from slipway.domain.rules.rest import SETTLE_SECONDS

Document = Mapping[str, Any]
Resources = Callable[[str], dict[str, Document]]


@pytest.fixture(scope="session")
def queues(resources: Resources) -> dict[str, Document]:
    return resources("AWS::SQS::Queue")


@pytest.fixture(scope="session")
def alarmed(resources: Resources) -> set[tuple[str, str, str]]:
    """(metric, dimension, resource) of each alarm."""
    return {
        (alarm["MetricName"], dimension["Name"], _resource(dimension["Value"]))
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Dimensions"]
    }


def _resource(value: Document) -> str:
    ((_, name),) = value.items()
    return str(name).split(".")[0]


def timeout(template: Document, function: Document) -> int:
    seconds = function.get("Timeout", template["Globals"]["Function"]["Timeout"])
    assert isinstance(seconds, int)
    return seconds


def test_every_target_of_a_rule_retries_and_has_a_dead_letter_queue(
    resources: Resources, queues: dict[str, Document]
) -> None:
    for name, rule in resources("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0, name
            dead = target["DeadLetterConfig"]["Arn"]
            assert _resource(dead) in queues, name


def test_every_queue_that_a_function_reads_has_a_dead_letter_queue_and_time_enough(
    template: Document, functions: dict[str, Document], queues: dict[str, Document]
) -> None:
    for name, function in functions.items():
        for event in function.get("Events", {}).values():
            queue = queues[_resource(event["Properties"]["Queue"])]
            assert _resource(queue["RedrivePolicy"]["deadLetterTargetArn"]) in queues
            # AWS advises six times the function's time-out.
            assert queue["VisibilityTimeout"] >= 6 * timeout(template, function), name
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_function_that_a_rule_invokes_has_a_destination_for_failures(
    resources: Resources, functions: dict[str, Document]
) -> None:
    invoked = {
        _resource(target["Arn"])
        for rule in resources("AWS::Events::Rule").values()
        for target in rule["Targets"]
    }
    assert invoked & set(functions) == {"SweepFunction"}
    for name in invoked & set(functions):
        failure = functions[name]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert failure["Type"] == "SQS"


def test_rules_may_send_to_the_queues_they_name(
    resources: Resources, queues: dict[str, Document]
) -> None:
    (policy,) = resources("AWS::SQS::QueuePolicy").values()
    # Scheduler sends as its role, which is allowed to.
    assert {queue["Ref"] for queue in policy["Queues"]} == set(queues) - {"ScheduleDeadLetters"}
    allow = policy["PolicyDocument"]["Statement"][0]
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    sources = {_resource(arn) for arn in allow["Condition"]["ArnEquals"]["aws:SourceArn"]}
    assert sources == set(resources("AWS::Events::Rule"))


def test_every_dead_letter_and_every_failed_release_is_told(
    alarmed: set[tuple[str, str, str]], queues: dict[str, Document], resources: Resources
) -> None:
    for name in queues:
        if name.endswith("DeadLetters"):
            assert ("ApproximateNumberOfMessagesVisible", "QueueName", name) in alarmed
    for metric in ("ExecutionsFailed", "ExecutionsTimedOut"):
        for machine in resources("AWS::Serverless::StateMachine"):
            assert (metric, "StateMachineArn", machine) in alarmed


def test_every_function_that_no_state_machine_watches_has_an_alarm(
    machine: Document,
    checks: Document,
    functions: dict[str, Document],
    alarmed: set[tuple[str, str, str]],
) -> None:
    shards = checks["States"]["ProfileCaptures"]["ItemProcessor"]["States"]
    watched = {f"{n}Function" for n in (*machine["States"], *checks["States"], *shards)}
    for name in set(functions) - watched:
        assert ("Errors", "FunctionName", name) in alarmed


def test_every_alarm_reaches_people(resources: Resources) -> None:
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "Topic"}], name


def test_alarms_may_publish_to_the_encrypted_topic(resources: Resources) -> None:
    (key,) = resources("AWS::KMS::Key").values()
    (topic,) = resources("AWS::SNS::TopicPolicy").values()
    for policy in (key["KeyPolicy"], topic["PolicyDocument"]):
        services = [
            s["Principal"].get("Service")
            for s in policy["Statement"][:2]
            if isinstance(s["Principal"], Mapping)
        ]
        assert "cloudwatch.amazonaws.com" in services


def test_the_dashboard_shows_releases_their_ends_and_dead_letters(
    resources: Resources, queues: dict[str, Document]
) -> None:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Sub"]
    titles = [widget["properties"]["title"] for widget in json.loads(body)["widgets"]]
    drift = ["Violations", "Largest drift of any feature"]
    assert titles == ["Releases", "How they ended", *drift, "Dead letters"]
    assert all(f"${{{n}.QueueName}}" in body for n in queues if n.endswith("DeadLetters"))


def test_a_deploy_ends_before_a_new_owner_acts(
    template: Document, functions: dict[str, Document]
) -> None:
    assert timeout(template, functions["DeployEndpointFunction"]) < SETTLE_SECONDS


def test_everything_at_rest_is_encrypted(resources: Resources, queues: dict[str, Document]) -> None:
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    assert all("KmsMasterKeyId" in topic for topic in resources("AWS::SNS::Topic").values())
    for table in resources("AWS::DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
    assert all("BucketEncryption" in bucket for bucket in resources("AWS::S3::Bucket").values())


@pytest.mark.parametrize(
    "kind", ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"]
)
def test_nothing_is_taken_without_tls(resources: Resources, kind: str) -> None:
    (policy,) = resources(kind).values()
    (deny,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": False}}
    assert deny["Principal"] == "*"


def test_what_users_uploaded_survives_the_stack(template: Document) -> None:
    for name in ("Bucket", "Ledger"):
        assert template["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert template["Resources"][name]["UpdateReplacePolicy"] == "Retain"


def test_functions_need_no_build_and_share_their_layers(template: Document) -> None:
    drift = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert resource["Metadata"] == {"SkipBuild": True}, name
            drift[name] = resource["Properties"].get("Layers")
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "CoreLayer"}]
    assert {name for name, layers in drift.items() if layers == [{"Ref": "DriftLayer"}]} == {
        "BuildBaselineFunction",
        "CheckDriftFunction",
        "IngestViolationsFunction",
        "ProfileCaptureFunction",
    }


def test_a_window_is_told_of_before_another_may_tell(
    template: Document, functions: dict[str, Document]
) -> None:
    assert timeout(template, functions["IngestViolationsFunction"]) <= TELL_SECONDS
