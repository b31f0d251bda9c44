"""Requests that wait, and answers that go to S3."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

OUTPUT = {
    "S3OutputPath": "s3://out/answers/",
    "S3FailurePath": "s3://out/failures",
    "NotificationConfig": {
        "SuccessTopic": "arn:aws:sns:us-east-1:000000000000:good",
        "ErrorTopic": "arn:aws:sns:us-east-1:000000000000:bad",
    },
}


@pytest.fixture
def later(cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any]) -> Rehearsal:
    """A cloud with the asynchronous endpoint `later`, one request at a time."""
    configure(cloud, "one")
    config: Any = {
        "OutputConfig": OUTPUT,
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 1},
    }
    cloud.control.create_endpoint_config(
        EndpointConfigName="later",
        ProductionVariants=[variant(model="one")],
        AsyncInferenceConfig=config,
    )
    cloud.control.create_endpoint(EndpointName="later", EndpointConfigName="later")
    cloud.pass_time(0)
    cloud.objects["s3://in/question"] = b"1"
    return cloud


def ask(cloud: Rehearsal, **members: Any) -> Any:  # noqa: ANN401
    given = members or {"InputLocation": "s3://in/question"}
    return cloud.runtime.invoke_endpoint_async(EndpointName="later", **given)


def test_the_answer_goes_to_its_place_and_the_topic_tells(later: Rehearsal) -> None:
    asked = ask(later, InputLocation="s3://in/question", InferenceId="mine", ContentType="text/csv")
    assert asked["InferenceId"] == "mine"
    assert asked["OutputLocation"] not in later.objects
    later.pass_time(0)
    assert later.objects[asked["OutputLocation"]] == b"1"
    [(topic, message)] = later.notices
    said = json.loads(message)
    assert topic.endswith(":good")
    assert (said["inferenceId"], said["invocationStatus"]) == ("mine", "Completed")
    assert said["responseParameters"]["outputLocation"] == asked["OutputLocation"]
    assert said["requestParameters"]["inputLocation"] == "s3://in/question"


@pytest.mark.parametrize(
    ("members", "kind"),
    [({}, "text/csv"), ({"ContentType": "application/json"}, "application/json")],
    ids=["as the SageMaker SDK asks", "said"],
)
def test_the_input_has_its_object_s_content_type_unless_the_request_says_another(
    later: Rehearsal, members: dict[str, Any], kind: str
) -> None:
    later.kinds["s3://in/question"] = "text/csv"
    asked = ask(later, InputLocation="s3://in/question", **members)
    later.pass_time(0)
    assert later.kinds[asked["OutputLocation"]] == kind


def test_a_place_may_be_chosen_and_the_body_sent_along(later: Rehearsal) -> None:
    asked = ask(later, Body=b"1", S3OutputPathExtension="sub/folder", Filename="answer.csv")
    assert asked["OutputLocation"] == "s3://out/answers/sub/folder/answer.csv"
    later.pass_time(0)
    assert asked["OutputLocation"] in later.objects


@pytest.mark.parametrize(
    ("members", "passed", "reason"),
    [
        ({"InputLocation": "s3://in/gone"}, 0, "No object at s3://in/gone."),
        ({"InputLocation": "s3://in/question", "RequestTTLSeconds": 60}, 60, "RequestTTLSeconds"),
    ],
    ids=["no input", "too late"],
)
def test_a_failure_is_told_where_failures_are(
    later: Rehearsal, members: dict[str, Any], passed: float, reason: str
) -> None:
    asked = ask(later, **members)
    later.clock.now += passed
    later.pass_time(0)
    assert reason in later.objects[asked["FailureLocation"]].decode()
    assert asked["OutputLocation"] not in later.objects
    [(topic, message)] = later.notices
    assert topic.endswith(":bad")
    assert reason in json.loads(message)["failureReason"]


def test_an_instance_runs_so_many_at_a_time(later: Rehearsal) -> None:
    begun: list[Callable[[], None]] = []
    later.service.account.background = begun.append
    first, second = ask(later), ask(later)
    later.pass_time(0)
    assert len(begun) == 1
    begun.pop()()
    later.pass_time(0)
    assert first["OutputLocation"] in later.objects
    begun.pop()()
    assert second["OutputLocation"] in later.objects


def test_what_waits_is_forgotten_with_the_endpoint(later: Rehearsal) -> None:
    later.service.account.background = lambda _: None
    ask(later)
    ask(later)
    later.control.delete_endpoint(EndpointName="later")
    later.pass_time(1)
    assert not later.service.account.waiting


def test_each_kind_of_endpoint_has_its_call(
    later: Rehearsal, configure: Deploy, refused: Refused
) -> None:
    invoke = later.runtime.invoke_endpoint
    code, message = refused(lambda: invoke(EndpointName="later", Body=b"1"))
    assert (code, "InvokeEndpointAsync" in message) == ("ValidationError", True)
    configure(later, "two")
    later.control.create_endpoint(EndpointName="now", EndpointConfigName="two")
    later.pass_time(0)
    call = later.runtime.invoke_endpoint_async
    code, message = refused(lambda: call(EndpointName="now", InputLocation="s3://in/question"))
    assert (code, "AsyncInferenceConfig" in message) == ("ValidationError", True)


@pytest.mark.parametrize(
    "members",
    [
        {"InferenceId": "a"},
        {"InputLocation": "s3://a/b", "Body": b"1"},
        {"InputLocation": "https://a/b"},
    ],
    ids=["nothing", "both", "no S3"],
)
def test_there_is_one_input(later: Rehearsal, refused: Refused, members: dict[str, Any]) -> None:
    assert refused(lambda: ask(later, **members))[0] == "ValidationError"


def test_there_is_a_place_for_the_answers(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any], refused: Refused
) -> None:
    configure(cloud, "one")
    create = cloud.control.create_endpoint_config
    given: Any = {"EndpointConfigName": "c", "ProductionVariants": [variant(model="one")]}
    nowhere: Any = {"OutputConfig": {}}
    code, message = refused(lambda: create(**given, AsyncInferenceConfig=nowhere))
    assert (code, "S3OutputPath" in message) == ("ValidationException", True)


def test_an_endpoint_stays_asynchronous(
    later: Rehearsal, variant: Callable[..., Any], refused: Refused
) -> None:
    later.control.create_endpoint_config(
        EndpointConfigName="now", ProductionVariants=[variant(model="one")]
    )
    code, message = refused(
        lambda: later.control.update_endpoint(EndpointName="later", EndpointConfigName="now")
    )
    assert code == "ValidationException"
    assert "AsyncInferenceConfig parameter cannot be removed from this endpoint later" in message
