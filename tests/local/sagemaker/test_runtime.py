"""InvokeEndpoint: who answers, with what, and what is counted."""

from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script, constant
from slipway_local.sagemaker.serving import Container, Invocation, Reply

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

TOO_LONG = (
    "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have "
    "length less than or equal to 6291456"
)
ROLE = "arn:aws:iam::123456789012:role/serving"


def test_headers_travel_both_ways(serve: Deploy) -> None:
    seen: list[Invocation] = []

    def answer(_: Container, invocation: Invocation) -> Reply:
        seen.append(invocation)
        headers = {"Content-Type": "application/json", "X-Amzn-SageMaker-Custom-Attributes": "b"}
        return Reply(200, headers, b"{}")

    cloud = Rehearsal(scripts={"image": Script(answer=answer)})
    serve(cloud, "live")
    reply = cloud.runtime.invoke_endpoint(
        EndpointName="live",
        Body=b"\x00\xff",
        ContentType="text/csv",
        Accept="application/json",
        CustomAttributes="a",
        InferenceId="id-1",
    )
    assert seen[0].body == b"\x00\xff"
    assert seen[0].headers == {
        "Content-Type": "text/csv",
        "Accept": "application/json",
        "X-Amzn-SageMaker-Custom-Attributes": "a",
        "X-Amzn-SageMaker-Inference-Id": "id-1",
    }
    assert reply["ContentType"] == "application/json"
    assert reply["CustomAttributes"] == "b"
    assert reply["InvokedProductionVariant"] == "AllTraffic"
    assert reply["Body"].read() == b"{}"


@pytest.mark.parametrize("name", ["gone", "Live"])
def test_an_unknown_name_or_another_case_is_not_found(
    cloud: Rehearsal, serve: Deploy, refused: Refused, name: str
) -> None:
    serve(cloud, "live")
    assert refused(lambda: cloud.runtime.invoke_endpoint(EndpointName=name, Body=b"")) == (
        "ValidationError",
        f"Endpoint {name} of account 000000000000 not found.",
    )


def test_an_endpoint_that_is_still_creating_is_not_found(
    configure: Deploy, refused: Refused
) -> None:
    cloud = Rehearsal(scripts={"image": Script(after=10)})
    configure(cloud, "one")
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="one")
    code, _ = refused(lambda: cloud.runtime.invoke_endpoint(EndpointName="live", Body=b""))
    assert code == "ValidationError"


@pytest.mark.parametrize(("size", "accepted"), [(6 * 1024 * 1024, True), (6291457, False)])
def test_a_body_has_at_most_six_megabytes(
    cloud: Rehearsal, serve: Deploy, refused: Refused, size: int, accepted: bool
) -> None:
    serve(cloud, "live")
    body = b"x" * size
    if accepted:
        reply = cloud.runtime.invoke_endpoint(EndpointName="live", Body=body)
        assert len(reply["Body"].read()) == size
    else:
        assert refused(lambda: cloud.runtime.invoke_endpoint(EndpointName="live", Body=body)) == (
            "ValidationError",
            TOO_LONG,
        )


@pytest.fixture
def split(configure: Deploy, variant: Callable[..., Any]) -> Rehearsal:
    """Variant A with weight 3 and variant B with weight 1."""
    scripts = {
        "s3://a": Script(answer=constant(b"a")),
        "s3://b": Script(answer=constant(b"b")),
    }
    cloud = Rehearsal(scripts=scripts, seed=7)
    configure(cloud, "a", data="s3://a")
    configure(cloud, "b", data="s3://b")
    cloud.control.create_endpoint_config(
        EndpointConfigName="both",
        ProductionVariants=[
            variant("A", "a", InitialVariantWeight=3),
            variant("B", "b", InitialVariantWeight=1),
        ],
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="both")
    return cloud


def test_weights_divide_the_requests(split: Rehearsal) -> None:
    chosen = Counter(
        split.runtime.invoke_endpoint(EndpointName="live", Body=b"")["InvokedProductionVariant"]
        for _ in range(400)
    )
    assert 260 < chosen["A"] < 340
    assert chosen["A"] + chosen["B"] == 400


def test_a_variant_of_weight_zero_gets_requests_only_when_targeted(split: Rehearsal) -> None:
    split.control.update_endpoint_weights_and_capacities(
        EndpointName="live",
        DesiredWeightsAndCapacities=[{"VariantName": "A", "DesiredWeight": 0}],
    )
    split.pass_time(0)
    invoke = split.runtime.invoke_endpoint
    assert {invoke(EndpointName="live", Body=b"")["Body"].read() for _ in range(50)} == {b"b"}
    targeted = invoke(EndpointName="live", Body=b"", TargetVariant="A")
    assert (targeted["InvokedProductionVariant"], targeted["Body"].read()) == ("A", b"a")


@pytest.fixture
def shadowed(configure: Deploy, variant: Callable[..., Any]) -> Callable[..., Rehearsal]:
    """Variant front with a shadow behind it that gets half of the requests."""

    def make(behind: Script) -> Rehearsal:
        scripts = {"s3://a": Script(answer=constant(b"a")), "s3://b": behind}
        cloud = Rehearsal(scripts=scripts, seed=7)
        for name in "ab":
            configure(cloud, name, data=f"s3://{name}")
        cloud.control.create_endpoint_config(
            EndpointConfigName="shadowed",
            ProductionVariants=[variant("front", "a", InitialVariantWeight=2)],
            ShadowProductionVariants=[variant("behind", "b", InitialVariantWeight=1)],
        )
        cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="shadowed")
        return cloud

    return make


def test_a_shadow_gets_a_copy_of_its_share_and_answers_nobody(
    shadowed: Callable[..., Rehearsal], refused: Refused
) -> None:
    cloud = shadowed(Script(answer=constant(b"broken", 500)))
    invoke = cloud.runtime.invoke_endpoint
    assert {invoke(EndpointName="live", Body=b"")["Body"].read() for _ in range(200)} == {b"a"}
    told = Counter(
        (datum.dimensions["VariantName"], datum.name) for datum in cloud.metrics if datum.value
    )
    assert told["front", "Invocations"] == 200
    assert 70 < told["behind", "Invocations"] < 130
    assert told["behind", "Invocation5XXErrors"] == told["behind", "Invocations"]
    assert told["front", "Invocation5XXErrors"] == 0
    _, message = refused(lambda: invoke(EndpointName="live", Body=b"", TargetVariant="behind"))
    assert message == "Variant behind not found for endpoint live."


def test_a_shadow_is_described_weighed_and_waited_for(shadowed: Callable[..., Rehearsal]) -> None:
    cloud = shadowed(Script(after=9))
    cloud.pass_time(8)
    describe = cloud.control.describe_endpoint
    assert describe(EndpointName="live")["EndpointStatus"] == "Creating"
    cloud.pass_time(1)
    cloud.control.update_endpoint_weights_and_capacities(
        EndpointName="live",
        DesiredWeightsAndCapacities=[{"VariantName": "behind", "DesiredWeight": 0}],
    )
    cloud.pass_time(0)
    described = describe(EndpointName="live")
    assert [each["VariantName"] for each in described["ProductionVariants"]] == ["front"]
    (behind,) = described["ShadowProductionVariants"]
    assert (behind["VariantName"], behind["CurrentWeight"]) == ("behind", 0)
    cloud.metrics.clear()
    cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"")
    assert {datum.dimensions["VariantName"] for datum in cloud.metrics} == {"front"}


def test_an_answer_is_streamed_in_parts(serve: Deploy) -> None:
    body = b'{"a": 1}\n' + b"x" * 20_000
    cloud = Rehearsal(scripts={"image": Script(answer=constant(body, content_type="text/x"))})
    serve(cloud, "live")
    reply = cloud.runtime.invoke_endpoint_with_response_stream(
        EndpointName="live", Body=b"1", Accept="text/x"
    )
    assert (reply["ContentType"], reply["InvokedProductionVariant"]) == ("text/x", "AllTraffic")
    parts = [event["PayloadPart"]["Bytes"] for event in reply["Body"]]
    assert parts[0] == b'{"a": 1}\n'
    assert b"".join(parts) == body
    assert len(parts) == 4


def test_an_unknown_target_variant_is_refused(split: Rehearsal, refused: Refused) -> None:
    call = refused(
        lambda: split.runtime.invoke_endpoint(EndpointName="live", Body=b"", TargetVariant="C")
    )
    assert call == ("ValidationError", "Variant C not found for endpoint live.")


@pytest.mark.parametrize(
    ("status", "kind", "metric"),
    [(400, "client", "Invocation4XXErrors"), (500, "server", "Invocation5XXErrors")],
)
def test_a_containers_error_is_a_model_error(
    serve: Deploy, status: int, kind: str, metric: str
) -> None:
    cloud = Rehearsal(scripts={"image": Script(answer=constant(b"bad row", status))})
    serve(cloud, "Live")
    with pytest.raises(ClientError) as caught:
        cloud.runtime.invoke_endpoint(EndpointName="Live", Body=b"")
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["Error"]["Code"] == "ModelError"
    assert response["Error"]["Message"] == (
        f'Received {kind} error ({status}) from primary with message "bad row". See '
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        "#logEventViewer:group=/aws/sagemaker/Endpoints/Live in account 000000000000 for more "
        "information."
    )
    assert response["OriginalStatusCode"] == status
    assert response["OriginalMessage"] == "bad row"
    assert response["LogStreamArn"] == (
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/Live"
    )
    counted = {datum.name: datum.value for datum in cloud.metrics}
    assert counted["Invocations"] == 1
    assert counted[metric] == 1
    assert counted["Invocation4XXErrors"] + counted["Invocation5XXErrors"] == 1


def test_a_container_that_takes_too_long(serve: Deploy, refused: Refused) -> None:
    def answer(_: Container, __: Invocation) -> Reply:
        raise TimeoutError

    cloud = Rehearsal(scripts={"image": Script(answer=answer)})
    serve(cloud, "live")
    code, message = refused(lambda: cloud.runtime.invoke_endpoint(EndpointName="live", Body=b""))
    assert code == "ModelError"
    assert message.startswith(
        'Received server error (0) from primary with message "Your invocation timed out while '
        "waiting for a response from container primary."
    )


def test_a_dead_container_is_started_anew(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    cloud.launcher.launched[0].die()
    # botocore repeats a call that was answered 503: the second try meets the new container.
    reply = cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"again")
    assert reply["Body"].read() == b"again"
    assert reply["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(cloud.launcher.launched) == 2


def test_a_pipeline_passes_each_answer_on(cloud: Rehearsal, variant: Callable[..., Any]) -> None:
    def stage(container: Container, invocation: Invocation) -> Reply:
        kind = invocation.headers.get("Content-Type", "")
        wanted = invocation.headers.get("Accept", "")
        body = invocation.body + f"{container.image}({kind}→{wanted}) ".encode()
        return Reply(200, {"content-type": f"from/{container.image}"}, body)

    cloud.launcher.scripts = {"first": Script(answer=stage), "second": Script(answer=stage)}
    cloud.control.create_model(
        ModelName="chain",
        ExecutionRoleArn=ROLE,
        Containers=[{"Image": "first"}, {"Image": "second"}],
    )
    cloud.control.create_endpoint_config(
        EndpointConfigName="chain", ProductionVariants=[variant(model="chain")]
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="chain")
    reply = cloud.runtime.invoke_endpoint(
        EndpointName="live", Body=b"", ContentType="text/csv", Accept="text/x"
    )
    assert reply["Body"].read().decode() == "first(text/csv→) second(from/first→text/x) "
    assert reply["ContentType"] == "from/second"


def test_direct_invocation_asks_the_named_container(
    cloud: Rehearsal, variant: Callable[..., Any], refused: Refused
) -> None:
    cloud.launcher.scripts = {
        "first": Script(answer=constant(b"first")),
        "second": Script(answer=constant(b"second")),
    }
    cloud.control.create_model(
        ModelName="both",
        ExecutionRoleArn=ROLE,
        Containers=[
            {"Image": "first", "ContainerHostname": "one"},
            {"Image": "second", "ContainerHostname": "two"},
        ],
        InferenceExecutionConfig={"Mode": "Direct"},
    )
    cloud.control.create_endpoint_config(
        EndpointConfigName="both", ProductionVariants=[variant(model="both")]
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="both")
    invoke = cloud.runtime.invoke_endpoint
    reply = invoke(EndpointName="live", Body=b"", TargetContainerHostname="two")
    assert reply["Body"].read() == b"second"
    for hostname in ({}, {"TargetContainerHostname": "three"}):
        code, message = refused(
            lambda given=hostname: invoke(EndpointName="live", Body=b"", **given)
        )  # type: ignore[misc]  # bound early
        assert code == "ValidationError"
        assert "TargetContainerHostname, one of one, two" in message


def test_a_request_in_flight_is_answered_by_the_fleet_that_began_it(
    serve: Deploy, configure: Deploy
) -> None:
    begun, finish = Event(), Event()

    def slow(_: Container, __: Invocation) -> Reply:
        begun.set()
        finish.wait(10)
        return Reply(200, {}, b"old")

    cloud = Rehearsal(scripts={"s3://slow": Script(answer=slow)})
    serve(cloud, "live", data="s3://slow")
    configure(cloud, "two")
    answers: list[bytes] = []
    invoke = cloud.runtime.invoke_endpoint
    asking = Thread(
        target=lambda: answers.append(invoke(EndpointName="live", Body=b"")["Body"].read())
    )
    asking.start()
    assert begun.wait(10)
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(1)
    old, new = cloud.launcher.launched
    assert cloud.control.describe_endpoint(EndpointName="live")["EndpointConfigName"] == "two"
    assert (old.stopped, new.stopped) == (False, False)
    finish.set()
    asking.join(10)
    assert answers == [b"old"]
    assert (old.stopped, new.stopped) == (True, False)


def test_a_serverless_body_has_at_most_four_megabytes(
    cloud: Rehearsal, configure: Deploy, refused: Refused
) -> None:
    configure(cloud, "one")
    cloud.control.create_endpoint_config(
        EndpointConfigName="serverless",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": "one",
                "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
            }
        ],
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="serverless")
    invoke = cloud.runtime.invoke_endpoint
    invoke(EndpointName="live", Body=b"x" * 4 * 1024 * 1024)
    code, _ = refused(lambda: invoke(EndpointName="live", Body=b"x" * (4 * 1024 * 1024 + 1)))
    assert code == "ValidationError"


def test_a_serverless_variant_throttles_more_than_its_concurrency(
    configure: Deploy,
) -> None:
    def ask_again(_: Container, __: Invocation) -> Reply:
        with pytest.raises(Refusal, match="ThrottlingException") as caught:
            cloud.service.call("InvokeEndpoint", {"EndpointName": "live", "Body": b"2"})
        statuses.append(caught.value.status)
        return Reply(200, {}, b"1")

    statuses: list[int] = []
    cloud = Rehearsal(scripts={"s3://busy": Script(answer=ask_again)})
    configure(cloud, "one", data="s3://busy")
    serverless: Any = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    variant: Any = {"VariantName": "v", "ModelName": "one", "ServerlessConfig": serverless}
    create = cloud.control.create_endpoint_config
    create(EndpointConfigName="serverless", ProductionVariants=[variant])
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="serverless")
    for _ in range(2):
        cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"1")
    assert statuses == [429, 429]
