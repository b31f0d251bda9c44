from dataclasses import replace
from typing import NoReturn

import boto3
import pytest
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.desired import Asynchronous, EndpointTarget, RoutingStrategy
from slipway.domain.errors import Busy, NotYetVisible, Refused
from slipway.domain.plan.endpoint import Plan, Variant
from slipway.domain.plan.model import Container, Model
from slipway.domain.world import EndpointStatus, Kind
from slipway.ports import Request
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script, constant
from slipway_local.sagemaker.serving import Invocation, ServerGone

CONTAINER = Container("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1", "s3://b/k", {})
MODEL = Model("slipway-h-m1", "abc", (CONTAINER,), network_isolation=True)
VARIANT = Variant("AllTraffic", 1.0, EndpointTarget(), MODEL)
PLAN = Plan(
    endpoint="slipway-h",
    group="slipway-h",
    config="slipway-h-c1",
    variants=(VARIANT,),
    capture_percentage=0,
    capture_uri="s3://b/capture",
    role_arn="arn:aws:iam::123456789012:role/model",
)


def on(target: EndpointTarget, config: str = PLAN.config) -> Plan:
    return replace(PLAN, config=config, variants=(replace(VARIANT, target=target),))


LARGER = on(EndpointTarget("ml.m5.xlarge", instance_count=1), "slipway-h-c2")


@pytest.fixture
def endpoints(sagemaker: boto3.Session) -> SageMakerEndpoints:
    return SageMakerEndpoints(sagemaker)


@pytest.fixture
def package(sagemaker: boto3.Session) -> dict[str, str]:
    registry = SageMakerRegistry(sagemaker)
    arn = registry.register("slipway-h", MODEL, approved=True, description="", token="t")
    return {MODEL.name: arn}


@pytest.fixture
def serving(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> SageMakerEndpoints:
    """An endpoint in service with PLAN, and LARGER's config ready."""
    endpoints.prepare(PLAN, package)
    endpoints.prepare(LARGER, package)
    cloud.pass_time(5)
    endpoints.create(PLAN.endpoint, PLAN.config)
    cloud.pass_time(60)
    return endpoints


def test_an_endpoint_that_is_not_there_is_none(endpoints: SageMakerEndpoints) -> None:
    assert endpoints.describe("slipway-h") is None


def test_preparing_twice_makes_one_model_and_one_config(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    assert not endpoints.has_config(PLAN.config)
    endpoints.prepare(PLAN, package)
    endpoints.prepare(PLAN, package)
    assert endpoints.has_config(PLAN.config)
    model = cloud.control.describe_model(ModelName=MODEL.name)
    assert model["EnableNetworkIsolation"]
    assert model["Containers"][0]["ModelPackageName"] == package[MODEL.name]


def test_a_fresh_config_is_not_visible_yet(
    endpoints: SageMakerEndpoints, package: dict[str, str]
) -> None:
    endpoints.prepare(PLAN, package)
    with pytest.raises(NotYetVisible):
        endpoints.create(PLAN.endpoint, PLAN.config)


def test_creating_what_is_there_changes_nothing(serving: SageMakerEndpoints) -> None:
    serving.create(PLAN.endpoint, PLAN.config)
    found = serving.describe(PLAN.endpoint)
    assert found is not None
    assert (found.status, found.config) == (EndpointStatus.IN_SERVICE, PLAN.config)


def test_an_update_shows_as_pending_until_it_has_settled(
    serving: SageMakerEndpoints, cloud: Rehearsal
) -> None:
    before = serving.describe(PLAN.endpoint)
    cloud.pass_time(1)
    serving.update(PLAN.endpoint, LARGER.config)
    during = serving.describe(PLAN.endpoint)
    cloud.pass_time(60)
    after = serving.describe(PLAN.endpoint)
    assert before is not None
    assert during is not None
    assert after is not None
    assert (during.status, during.pending, during.config) == (
        EndpointStatus.UPDATING,
        True,
        PLAN.config,
    )
    assert during.modified_at > before.modified_at
    assert (after.status, after.pending, after.config) == (
        EndpointStatus.IN_SERVICE,
        False,
        LARGER.config,
    )


def test_a_second_change_waits_for_the_first(serving: SageMakerEndpoints) -> None:
    serving.update(PLAN.endpoint, LARGER.config)
    with pytest.raises(Busy):
        serving.update(PLAN.endpoint, PLAN.config)


@pytest.mark.parametrize(("asked", "kept"), [(1, 4), (2, 2)])
def test_autoscaled_counts_stay_unless_another_count_is_asked_for(
    serving: SageMakerEndpoints, cloud: Rehearsal, package: dict[str, str], asked: int, kept: int
) -> None:
    cloud.control.update_endpoint_weights_and_capacities(
        EndpointName=PLAN.endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 4}],
    )
    cloud.pass_time(60)
    target = EndpointTarget("ml.m5.xlarge", instance_count=asked)
    third = on(target, "slipway-h-c3")
    serving.prepare(third, package)
    cloud.pass_time(5)
    serving.update(PLAN.endpoint, third.config)
    cloud.pass_time(120)
    variants = cloud.control.describe_endpoint(EndpointName=PLAN.endpoint)["ProductionVariants"]
    assert variants[0]["CurrentInstanceCount"] == kept


def test_a_variant_says_what_its_target_says_and_no_more(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    target = EndpointTarget("ml.m5.xlarge", 2, 100, 1200, 900, RoutingStrategy.RANDOM)
    endpoints.prepare(on(target), package)
    endpoints.prepare(LARGER, package)
    full, short = (
        cloud.control.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"][0]
        for name in (PLAN.config, LARGER.config)
    )
    assert full == {
        "VariantName": "AllTraffic",
        "ModelName": MODEL.name,
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1.0,
        "VolumeSizeInGB": 100,
        "ModelDataDownloadTimeoutInSeconds": 1200,
        "ContainerStartupHealthCheckTimeoutInSeconds": 900,
        "RoutingConfig": {"RoutingStrategy": "RANDOM"},
    }
    assert set(full) - set(short) == {
        "VolumeSizeInGB",
        "ModelDataDownloadTimeoutInSeconds",
        "ContainerStartupHealthCheckTimeoutInSeconds",
        "RoutingConfig",
    }


def test_capture_is_asked_for_as_the_plan_says(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    endpoints.prepare(replace(PLAN, capture_percentage=20), package)
    config = cloud.control.describe_endpoint_config(EndpointConfigName=PLAN.config)
    capture = config["DataCaptureConfig"]
    assert (capture["EnableCapture"], capture["InitialSamplingPercentage"]) == (True, 20)
    assert capture["DestinationS3Uri"] == "s3://b/capture"


@pytest.mark.parametrize("percentage", [0, 40])
def test_an_update_turns_capture_on_and_off(
    serving: SageMakerEndpoints,
    package: dict[str, str],
    cloud: Rehearsal,
    sagemaker: boto3.Session,
    percentage: int,
) -> None:
    """What is retained of an endpoint would include its old data capture."""
    for number, share in enumerate((100 - percentage, percentage)):
        other = replace(PLAN, config=f"slipway-h-d{number}", capture_percentage=share)
        serving.prepare(other, package)
        cloud.pass_time(60)
        serving.update(PLAN.endpoint, other.config)
        cloud.pass_time(60)
    found = sagemaker.client("sagemaker").describe_endpoint(EndpointName=PLAN.endpoint)
    assert found["DataCaptureConfig"]["EnableCapture"] == (percentage > 0)
    assert found["DataCaptureConfig"]["CurrentSamplingPercentage"] == percentage


def test_deleting_what_is_gone_is_done_already(
    serving: SageMakerEndpoints, cloud: Rehearsal
) -> None:
    serving.delete(PLAN.endpoint)
    cloud.pass_time(10)
    serving.delete(PLAN.endpoint)
    assert serving.describe(PLAN.endpoint) is None


def test_updating_an_endpoint_that_is_not_there_is_refused(
    serving: SageMakerEndpoints,
) -> None:
    with pytest.raises(Refused, match="Could not find"):
        serving.update("slipway-other", PLAN.config)


def test_a_probe_gets_what_the_container_answers(serving: SageMakerEndpoints) -> None:
    reply = serving.invoke(PLAN.endpoint, Request(b"1,2", "text/csv"))
    assert (reply.status, reply.content_type, reply.body) == (200, "text/csv", b"1,2")


def test_a_container_s_error_is_an_answer_too(
    serving: SageMakerEndpoints, cloud: Rehearsal
) -> None:
    failing = Script(answer=constant(b"cannot read the row", 400))
    for server in cloud.launcher.launched:
        server.script = failing
    reply = serving.invoke(PLAN.endpoint, Request(b"1,x", "text/csv"))
    assert (reply.status, reply.body) == (400, b"cannot read the row")


def test_a_container_that_is_gone_is_an_answer_too(
    serving: SageMakerEndpoints, cloud: Rehearsal
) -> None:
    def die(container: Container, _invocation: Invocation) -> NoReturn:
        raise ServerGone(container.image)

    for server in cloud.launcher.launched:
        server.script = Script(answer=die)
    cloud.launcher.scripts = {CONTAINER.image: Script(answer=die)}
    reply = serving.invoke(PLAN.endpoint, Request(b"1,2", "text/csv"))
    assert reply.status == 503


def test_a_config_that_serves_may_lack_its_model_or_itself(
    serving: SageMakerEndpoints, cloud: Rehearsal
) -> None:
    assert serving.missing(PLAN.config) == ""
    cloud.control.delete_model(ModelName=MODEL.name)
    assert serving.missing(PLAN.config) == "model"
    cloud.control.delete_endpoint_config(EndpointConfigName=PLAN.config)
    assert serving.missing(PLAN.config) == "endpoint config"


def test_a_shadow_gets_its_share_of_the_requests_and_is_missed_when_it_is_gone(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    shadow = replace(VARIANT, name="candidate", shadow=20)
    endpoints.prepare(replace(PLAN, variants=(replace(VARIANT, weight=2.0), shadow)), package)
    config = cloud.control.describe_endpoint_config(EndpointConfigName=PLAN.config)
    assert [each["VariantName"] for each in config["ProductionVariants"]] == ["AllTraffic"]
    (given,) = config["ShadowProductionVariants"]
    assert (given["VariantName"], given["InitialVariantWeight"]) == ("candidate", 0.4)
    assert endpoints.missing(PLAN.config) == ""
    cloud.control.delete_model(ModelName=given["ModelName"])
    assert endpoints.missing(PLAN.config) == "model"


def test_a_request_waits_in_line_at_an_asynchronous_endpoint(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    line = Asynchronous(output="scores", success_topic="arn:aws:sns:eu-west-1:123456789012:t")
    plan = replace(on(EndpointTarget(asynchronous=line)), async_uri="s3://b/async/h/")
    endpoints.prepare(plan, package)
    cloud.pass_time(5)
    endpoints.create(PLAN.endpoint, PLAN.config)
    cloud.pass_time(60)
    found = endpoints.describe(PLAN.endpoint)
    assert found is not None
    assert found.kind == Kind.ASYNCHRONOUS
    cloud.objects["s3://b/asked"] = b"1,2"
    sent = endpoints.submit(PLAN.endpoint, Request(b"", "text/csv"), "s3://b/asked", 600)
    assert sent.output.startswith("async/h/scores/probes/")
    assert sent.failure.startswith("async/h/failure/")
    cloud.pass_time(1)
    assert f"s3://b/{sent.output}" in cloud.objects
    assert [topic for topic, _ in cloud.notices] == [line.success_topic]


def test_a_variant_says_its_machine_image(
    endpoints: SageMakerEndpoints, package: dict[str, str], cloud: Rehearsal
) -> None:
    image = "al2-ami-sagemaker-inference-gpu-2"
    endpoints.prepare(on(EndpointTarget(inference_ami_version=image)), package)
    config = cloud.control.describe_endpoint_config(EndpointConfigName=PLAN.config)
    assert config["ProductionVariants"][0]["InferenceAmiVersion"] == image
