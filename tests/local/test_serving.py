"""Models are really served, from S3 to S3: containers, capture files, events, metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.serving import IMAGE, Eventually, serve

if TYPE_CHECKING:
    from slipway_local.cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]


def test_an_asynchronous_answer_goes_to_s3_and_the_topic_tells(
    running: Cloud, eventually: Eventually
) -> None:
    sqs, sns, s3 = (running.client(name) for name in ("sqs", "sns", "s3"))
    queue = sqs.create_queue(QueueName="inferred")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    topic = sns.create_topic(Name="inferred")["TopicArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}}
    statement = {**allowed, "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"])
    output = {
        "S3OutputPath": "s3://serving/answers",
        "S3FailurePath": "s3://serving/failures",
        "NotificationConfig": {"SuccessTopic": topic, "ErrorTopic": topic},
    }
    url = "s3://serving/models/two.tar.gz"
    serve(running, "later", eventually, url, AsyncInferenceConfig={"OutputConfig": output})
    s3.put_object(Bucket="serving", Key="question.csv", Body=b"1,2\n3,4", ContentType="text/csv")
    runtime = running.client("sagemaker-runtime")
    asked = {"EndpointName": "later", "Accept": "application/json"}
    with pytest.raises(ClientError, match="InvokeEndpointAsync"):
        runtime.invoke_endpoint(**asked, Body=b"1,2")
    good = runtime.invoke_endpoint_async(**asked, InputLocation="s3://serving/question.csv")
    bad = runtime.invoke_endpoint_async(**asked, InputLocation="s3://serving/gone.csv")
    assert good["ResponseMetadata"]["HTTPStatusCode"] == 202

    def told() -> Any:  # noqa: ANN401 - whatever JSON holds
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for each in received.get("Messages", []):
            said = json.loads(json.loads(each["Body"])["Message"])
            notices[said["inferenceId"]] = said
        return len(notices) == 2

    notices: dict[str, Any] = {}
    eventually(told)
    said = {name: notice.get("failureReason", "") for name, notice in notices.items()}
    gone = "ClientError: No object at s3://serving/gone.csv."
    assert said == {good["InferenceId"]: "", bad["InferenceId"]: gone}
    key = good["OutputLocation"].removeprefix("s3://serving/")
    answer = s3.get_object(Bucket="serving", Key=key)["Body"].read()
    assert json.loads(answer) == [[2.0, 4.0], [6.0, 8.0]]
    assert s3.head_object(Bucket="serving", Key=key)["ContentType"] == "application/json"
    key = bad["FailureLocation"].removeprefix("s3://serving/")
    assert b"gone.csv" in s3.get_object(Bucket="serving", Key=key)["Body"].read()


def test_an_answer_has_one_request_id(running: Cloud) -> None:
    answer = running.client("sagemaker").list_models()
    assert "," not in answer["ResponseMetadata"]["RequestId"]


def test_a_model_needs_a_role_that_is_there(running: Cloud) -> None:
    role = "arn:aws:iam::000000000000:role/nobody"
    container = {"Image": IMAGE}
    create = running.client("sagemaker").create_model
    with pytest.raises(ClientError, match=f"Could not assume role {role}"):
        create(ModelName="roleless", ExecutionRoleArn=role, PrimaryContainer=container)


def test_captured_requests_are_uploaded_and_the_bus_tells(
    running: Cloud, eventually: Eventually
) -> None:
    capture = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://serving/captured",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json"],
        },
    }
    serve(running, "one", eventually, "s3://serving/models/one.tar.gz", DataCaptureConfig=capture)
    runtime = running.client("sagemaker-runtime")
    for rows in (b"1,2\n3,4", b"5,6\n7,8"):
        runtime.invoke_endpoint(
            EndpointName="one", Body=rows, ContentType="text/csv", Accept="application/json"
        )
    files = eventually(lambda: _captured(running, lines=2))
    captured = [
        json.loads(line)["captureData"] for body in files.values() for line in body.splitlines()
    ]
    assert [side["endpointInput"]["data"] for side in captured] == ["1,2\n3,4", "5,6\n7,8"]
    assert [side["endpointOutput"]["data"] for side in captured] == [
        "[[1.0, 2.0], [3.0, 4.0]]",
        "[[5.0, 6.0], [7.0, 8.0]]",
    ]
    assert {side["endpointOutput"]["encoding"] for side in captured} == {"JSON"}
    key, body = next(iter(files.items()))
    event = eventually(lambda: _told(running, key))
    assert event["detail-type"] == "Object Created"
    assert event["detail"]["object"]["size"] == len(body)


def test_one_container_serves_several_models(running: Cloud, eventually: Eventually) -> None:
    serve(running, "many", eventually, "s3://serving/models/")
    runtime = running.client("sagemaker-runtime")

    def ask(target: str) -> Any:  # noqa: ANN401 - the model's JSON
        reply = runtime.invoke_endpoint(
            EndpointName="many",
            Body=b"1,2\n3,4",
            ContentType="text/csv",
            Accept="application/json",
            TargetModel=target,
        )
        return json.loads(reply["Body"].read())

    assert [ask(f"{name}.tar.gz") for name in ("one", "two", "one")] == [
        [[1, 2], [3, 4]],
        [[2, 4], [6, 8]],
        [[1, 2], [3, 4]],
    ]
    with pytest.raises(ClientError, match="bucket: serving, key: models/bad"):
        ask("bad.tar.gz")
    s3, source = running.client("s3"), {"Bucket": "serving", "Key": "models/two.tar.gz"}
    s3.copy_object(Bucket="serving", Key="models/new/three.tar.gz", CopySource=source)
    assert ask("new/three.tar.gz") == [[2, 4], [6, 8]]
    s3.delete_object(Bucket="serving", Key="models/new/three.tar.gz")
    assert ask("new/three.tar.gz") == [[2, 4], [6, 8]]
    dimensions = [{"Name": "EndpointName", "Value": "many"}]
    listed = running.client("cloudwatch").list_metrics(Dimensions=dimensions)["Metrics"]
    names = {(metric["Namespace"], metric["MetricName"]) for metric in listed}
    assert ("AWS/SageMaker", "ModelCacheHit") in names
    for name in ("ModelLoadingTime", "ModelDownloadingTime", "ModelLoadingWaitTime"):
        assert ("AWS/SageMaker", name) in names
    assert ("/aws/sagemaker/Endpoints", "LoadedModelCount") in names


def test_a_model_needs_its_data_in_s3(running: Cloud) -> None:
    client = running.client("sagemaker")
    for url in ("s3://serving/models/three.tar.gz", "s3://elsewhere/models/one.tar.gz"):
        with pytest.raises(ClientError, match=f"Could not find model data at {url}."):
            client.create_model(
                ModelName="lost", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url}
            )


def _captured(running: Cloud, lines: int) -> dict[str, bytes] | None:
    """The capture files by their keys, once they have so many lines."""
    s3 = running.client("s3")
    listed = s3.list_objects_v2(Bucket="serving", Prefix="captured/one/AllTraffic/")
    keys = [entry["Key"] for entry in listed.get("Contents", [])]
    files = {key: s3.get_object(Bucket="serving", Key=key)["Body"].read() for key in keys}
    return files if b"".join(files.values()).count(b"\n") == lines else None


def _told(running: Cloud, key: str) -> Any:  # noqa: ANN401 - an event's JSON
    """The event that names the object, if it is there."""
    sqs = running.client("sqs")
    queue = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    events = [json.loads(message["Body"]) for message in messages]
    return next((event for event in events if event["detail"]["object"]["key"] == key), None)
