"""What the product relies on in MiniStack: one test a fact, so that an upgrade fails loudly."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.local.conftest import Stack

Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]


def test_functions_run_on_this_python_whatever_runtime_the_template_names(stack: Stack) -> None:
    assert stack.work("look")["version"] == list(sys.version_info[:2])


def test_a_function_finds_its_layer_and_boto3_but_nothing_of_the_cloud(stack: Stack) -> None:
    modules = ("shared", "boto3", "ministack", "slipway_local", "samcli", "pytest")
    found = [module for module in modules if stack.work("find", module=module)]
    assert found == ["shared", "boto3"]


def test_two_invocations_of_one_function_run_at_the_same_time(stack: Stack) -> None:
    stack.work("echo")
    spans: list[Any] = []
    threads = [
        threading.Thread(target=lambda: spans.append(stack.work("sleep", seconds=2)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (began, ended), (began_too, ended_too) = spans
    assert max(began, began_too) < min(ended, ended_too)


def test_an_exception_is_retried_and_caught_by_the_name_of_its_class(stack: Stack) -> None:
    execution = stack.execute("fails", do="fail")
    ended = stack.ended(execution)
    assert json.loads(ended["output"])["error"]["Error"] == "Throttled"
    history = stack.client("stepfunctions").get_execution_history(executionArn=execution)
    assert sum(event["type"] == "TaskFailed" for event in history["events"]) == 3


def test_an_upload_reaches_the_bus_with_key_version_and_sequencer(stack: Stack) -> None:
    key = "models/churn v1+2.tar.gz"
    put = stack.client("s3").put_object(Bucket=stack.outputs["Models"], Key=key, Body=b"model")
    event = stack.seen(lambda event: event["detail"].get("object", {}).get("key") == key)
    assert event["detail-type"] == "Object Created"
    assert event["detail"]["object"]["version-id"] == put["VersionId"]
    assert event["detail"]["object"]["size"] == 5
    assert event["detail"]["object"]["sequencer"]


def test_a_rule_with_a_prefix_calls_its_function_for_that_prefix_only(
    stack: Stack, eventually: Eventually
) -> None:
    for key in ("other/unwanted", "models/wanted"):
        stack.client("s3").put_object(Bucket=stack.outputs["Models"], Key=key, Body=b"")
    log = eventually(lambda: _logged(stack, "models/wanted"))
    assert "other/unwanted" not in log


def test_an_event_whose_function_fails_is_retried_and_then_kept(
    stack: Stack, eventually: Eventually
) -> None:
    stack.client("events").put_events(
        Entries=[{"Source": "test.failing", "DetailType": "x", "Detail": "{}"}]
    )
    [kept] = eventually(lambda: stack.take("Failed"))
    kept = json.loads(kept)
    assert kept["responsePayload"]["errorType"] == "Throttled"
    assert kept["requestPayload"] == {"do": "fail"}


def test_no_one_but_aws_puts_events_of_aws_on_the_bus(stack: Stack) -> None:
    put = stack.client("events").put_events(
        Entries=[{"Source": "aws.sagemaker", "DetailType": "x", "Detail": "{}"}]
    )
    assert put["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_a_rule_starts_the_machine_and_the_bus_tells_how_it_ended(stack: Stack) -> None:
    detail = json.dumps({"do": "echo", "from": "bus"})
    stack.client("events").put_events(
        Entries=[{"Source": "test.start", "DetailType": "x", "Detail": detail}]
    )
    event = stack.seen(
        lambda event: (
            event["detail"].get("input") == detail and event["detail"]["status"] == "SUCCEEDED"
        )
    )
    assert event["detail-type"] == "Step Functions Execution Status Change"
    assert event["detail"]["stateMachineArn"] == stack.outputs["Machine"]
    assert json.loads(event["detail"]["output"]) == {"do": "echo", "from": "bus"}


def test_a_waiting_task_goes_on_when_a_function_sends_its_token(
    stack: Stack, eventually: Eventually
) -> None:
    execution = stack.execute("waits", do="wait")
    token = eventually(lambda: _token(stack, "waits"))
    stack.invoke("Resume", do="resume", token=token)
    assert json.loads(stack.ended(execution)["output"])["change"] == {"resumed": True}
    with pytest.raises(ClientError, match="TaskDoesNotExist"):
        stack.client("stepfunctions").send_task_success(taskToken=token, output="{}")


def test_a_waiting_task_times_out_at_the_pace_of_the_cloud(stack: Stack) -> None:
    began = time.monotonic()
    ended = stack.ended(stack.execute("waits-for-nobody", do="wait for nobody", seconds=60))
    assert json.loads(ended["output"])["error"]["Error"] == "States.Timeout"
    assert 1.2 <= time.monotonic() - began < 10  # 60 s of its own time


def test_a_waiting_task_fails_when_its_function_fails(stack: Stack) -> None:
    ended = stack.ended(stack.execute("waits-for-a-failure", do="wait for a failure"))
    assert json.loads(ended["output"])["error"]["Error"] == "Throttled"


def test_a_stopped_execution_is_aborted_and_its_token_is_worthless(
    stack: Stack, eventually: Eventually
) -> None:
    machine = stack.client("stepfunctions")
    execution = stack.execute("stopped", do="wait")
    token = eventually(lambda: _token(stack, "stopped"))
    machine.stop_execution(executionArn=execution)
    time.sleep(0.3)
    with pytest.raises(ClientError, match="TaskDoesNotExist"):
        machine.send_task_success(taskToken=token, output="{}")
    assert stack.ended(execution)["status"] == "ABORTED"


def test_an_execution_is_started_once_by_its_name(stack: Stack, eventually: Eventually) -> None:
    first = stack.execute("once", do="wait")
    assert stack.execute("once", do="wait") == first
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        stack.execute("once", do="something else")
    eventually(lambda: _token(stack, "once"))
    stack.client("stepfunctions").stop_execution(executionArn=first)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        stack.execute("once", do="wait")


def test_the_machine_calls_sagemaker_and_names_its_errors_as_aws_does(stack: Stack) -> None:
    ended = stack.ended(stack.execute("describes", do="describe"))
    error = json.loads(ended["output"])["error"]
    assert error["Error"] == "SageMaker.SageMakerException"
    assert "Could not find endpoint" in error["Cause"]


def test_a_map_over_a_list_in_a_bucket_hands_each_item_to_a_function(stack: Stack) -> None:
    bucket, items = stack.outputs["Models"], [{"keys": ["a", "b"]}, {"keys": []}, {"keys": ["c"]}]
    stack.client("s3").put_object(Bucket=bucket, Key="lists/three", Body=json.dumps(items))
    given = {"do": "each", "what": "echo", "bucket": bucket, "list": "lists/three"}
    ended = stack.ended(stack.execute("each", **given))
    output = json.loads(ended["output"])
    assert output.pop("each") == [{"do": "echo", **item} for item in items]
    assert output == given


def test_a_map_fails_with_one_of_its_items(stack: Stack) -> None:
    bucket = stack.outputs["Models"]
    stack.client("s3").put_object(Bucket=bucket, Key="lists/one", Body=b'[{"keys": []}]')
    given = {"do": "each", "what": "fail", "bucket": bucket, "list": "lists/one"}
    assert stack.ended(stack.execute("each-fails", **given))["status"] == "FAILED"


def test_a_batch_keeps_its_good_messages_and_its_poison_ends_in_the_dead_letters(
    stack: Stack, eventually: Eventually
) -> None:
    for body in ("good", "poison", "good too"):
        stack.client("sqs").send_message(QueueUrl=stack.outputs["Inbox"], MessageBody=body)
    assert eventually(lambda: stack.take("Dead")) == ["poison"]
    assert stack.take("Inbox") == []


def test_a_schedule_fires_at_the_pace_of_the_cloud(stack: Stack, eventually: Eventually) -> None:
    told = eventually(lambda: [body for body in stack.take("Told") if "swept" in body])
    assert json.loads(told[0]) == {"do": "tell", "swept": True}


def test_a_schedule_of_the_scheduler_tells_its_machine_when_it_was_due(stack: Stack) -> None:
    scheduler = stack.client("scheduler")
    scheduler.create_schedule(
        Name="due",
        ScheduleExpression="rate(1 minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": stack.outputs["Machine"],
            "RoleArn": "arn:aws:iam::000000000000:role/schedules",
            "Input": json.dumps({"do": "echo", "due": "<aws.scheduler.scheduled-time>"}),
        },
    )
    event = stack.seen(lambda event: "due" in json.loads(event["detail"].get("input", "{}")))
    scheduler.delete_schedule(Name="due")
    due = datetime.fromisoformat(json.loads(event["detail"]["input"])["due"])
    assert abs(due.timestamp() - time.time()) < 60


def test_a_notice_reaches_the_queue_that_subscribed(stack: Stack, eventually: Eventually) -> None:
    stack.client("sns").publish(TopicArn=stack.outputs["News"], Message="released")
    assert eventually(lambda: "released" in stack.take("Told"))


def test_a_conditional_write_is_refused_and_so_is_a_transaction_with_one(stack: Stack) -> None:
    ledger, table = stack.client("dynamodb"), stack.outputs["Ledger"]
    lease = {
        "TableName": table,
        "Item": {"pk": {"S": "lease"}, "fence": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(pk) OR fence < :fence",
        "ExpressionAttributeValues": {":fence": {"N": "1"}},
    }
    ledger.put_item(**lease)
    with pytest.raises(ledger.exceptions.ConditionalCheckFailedException):
        ledger.put_item(**lease)
    other = {"TableName": table, "Item": {"pk": {"S": "other"}}}
    with pytest.raises(ledger.exceptions.TransactionCanceledException) as refused:
        ledger.transact_write_items(TransactItems=[{"Put": other}, {"Put": lease}])
    codes = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert "Item" not in ledger.get_item(TableName=table, Key={"pk": {"S": "other"}})


def test_metrics_of_functions_are_counted_and_those_in_their_logs_are_found(
    stack: Stack, eventually: Eventually
) -> None:
    stack.work("measure")
    stack.work("fail")
    assert eventually(lambda: _sum(stack, "Slipway", "Drift", _dimension("churn"))) >= 3
    function = [{"Name": "FunctionName", "Value": stack.outputs["Worker"]}]
    assert eventually(lambda: _sum(stack, "AWS/Lambda", "Errors", function)) >= 1


def test_an_alarm_rings_for_its_dimension_only_and_the_bus_tells(stack: Stack) -> None:
    name = stack.outputs["DriftAlarm"]
    stack.client("cloudwatch").put_metric_data(
        Namespace="Slipway",
        MetricData=[{"MetricName": "Drift", "Value": 9.0, "Dimensions": _dimension("other")}],
    )
    stack.seen(lambda event: _turned(event, name, "OK"))
    stack.work("measure")
    event = stack.seen(lambda event: _turned(event, name, "ALARM"))
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    [metric] = event["detail"]["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["dimensions"] == {"Deployment": "churn"}
    reason = event["detail"]["state"]["reason"]
    assert "[3.0 (" in reason
    assert "greater than or equal to the threshold (1.0)" in reason


def test_extended_statistics_are_known_and_strange_ones_have_no_values(stack: Stack) -> None:
    client = stack.client("cloudwatch")
    latency = {"MetricName": "Latency", "Values": [10.0, 100.0, 1000.0], "Counts": [90, 9, 1]}
    now = time.time() // 3600 * 3600
    client.put_metric_data(Namespace="Own", MetricData=[{**latency, "Timestamp": now}])
    asked: Any = {"Namespace": "Own", "MetricName": "Latency"}
    names = ("p99", "tm90", "TC(:100)", "strange")
    queries: Any = [
        {"Id": f"q{n}", "MetricStat": {"Metric": asked, "Period": 3600, "Stat": name}}
        for n, name in enumerate(names)
    ]
    found = client.get_metric_data(
        MetricDataQueries=queries, StartTime=now - 60, EndTime=now + 3600
    )["MetricDataResults"]
    values = [each["Values"] for each in found]
    assert values[1:] == [[10.0], [99.0], []]
    points = client.get_metric_statistics(
        **asked, StartTime=now - 60, EndTime=now + 3600, Period=3600, ExtendedStatistics=["tm90"]
    )["Datapoints"]
    assert [point["ExtendedStatistics"] for point in points] == [{"tm90": 10.0}]


def test_what_is_encrypted_with_no_key_in_particular_has_the_managed_one(stack: Stack) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["Models"]
    put = s3.put_object(Bucket=bucket, Key="secret", Body=b"1", ServerSideEncryption="aws:kms")
    described = stack.client("kms").describe_key(KeyId="alias/aws/s3")
    assert put["SSEKMSKeyId"] == described["KeyMetadata"]["Arn"]
    copied = s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=f"{bucket}/secret", ServerSideEncryption="aws:kms"
    )
    assert copied["SSEKMSKeyId"] == put["SSEKMSKeyId"]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "secret"}, {"Key": "copy"}]})


def test_queues_and_executions_are_measured(stack: Stack, eventually: Eventually) -> None:
    stack.execute("measured", do="fail with nobody to catch")
    machine = [{"Name": "StateMachineArn", "Value": stack.outputs["Machine"]}]
    assert eventually(lambda: _sum(stack, "AWS/States", "ExecutionsFailed", machine)) >= 1
    stack.client("sqs").send_message(QueueUrl=stack.outputs["Failed"], MessageBody="waits")
    name = stack.outputs["Failed"].rsplit("/", 1)[-1]
    queue = [{"Name": "QueueName", "Value": name}]
    depth = "ApproximateNumberOfMessagesVisible"
    assert eventually(lambda: _sum(stack, "AWS/SQS", depth, queue)) >= 1
    stack.take("Failed")


def _turned(event: dict[str, Any], alarm: str, state: str) -> bool:
    detail = event["detail"]
    return bool(detail.get("alarmName") == alarm and detail["state"]["value"] == state)


def _dimension(deployment: str) -> list[Any]:
    return [{"Name": "Deployment", "Value": deployment}]


def _token(stack: Stack, execution: str) -> str | None:
    ledger = stack.client("dynamodb")
    key = {"pk": {"S": execution}}
    item = ledger.get_item(TableName=stack.outputs["Ledger"], Key=key).get("Item")
    return item["token"]["S"] if item else None


def _sum(stack: Stack, namespace: str, name: str, dimensions: list[Any]) -> float:
    found = stack.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=dimensions,
        StartTime=time.time() - 600,
        EndTime=time.time() + 60,
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def _logged(stack: Stack, text: str) -> str | None:
    """Everything the worker logged, once `text` is in it."""
    logs = stack.client("logs")
    group = f"/aws/lambda/{stack.outputs['Worker']}"
    events = logs.filter_log_events(logGroupName=group)["events"]
    log = "\n".join(event["message"] for event in events)
    return log if text in log else None
