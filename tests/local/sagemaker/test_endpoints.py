"""What SageMaker answers about endpoints: a table of (given, when, then) per operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
SLOW = Durations(creating=60, updating=60, rescaling=60, rolling_back=60, deleting=60)


@dataclass(frozen=True)
class Case:
    """`given` is done to a cloud with an endpoint "live" on configuration "one"; `when` is
    refused with `then`."""

    name: str
    given: Callable[[Rehearsal], object]
    when: Callable[[Rehearsal], object]
    then: str
    code: str = "ValidationException"


def nothing(_: Rehearsal) -> None:
    pass


def update(cloud: Rehearsal) -> object:
    return cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="one")


def delete(cloud: Rehearsal) -> object:
    return cloud.control.delete_endpoint(EndpointName="live")


def rescale(cloud: Rehearsal, **change: Any) -> object:  # noqa: ANN401 - boto3's own types
    wanted: Any = {"VariantName": "AllTraffic", **(change or {"DesiredInstanceCount": 2})}
    return cloud.control.update_endpoint_weights_and_capacities(
        EndpointName="live", DesiredWeightsAndCapacities=[wanted]
    )


def create(cloud: Rehearsal) -> object:
    return cloud.control.create_endpoint(EndpointName="new", EndpointConfigName="one")


def forget_config(cloud: Rehearsal) -> object:
    return cloud.control.delete_endpoint_config(EndpointConfigName="one")


def forget_model(cloud: Rehearsal) -> object:
    return cloud.control.delete_model(ModelName="one")


def maintain(cloud: Rehearsal) -> None:
    cloud.service.start_maintenance("live", 60)


IN_PROGRESS = f'Cannot update in-progress endpoint "{ARN}/live".'.replace("/live", ":endpoint/live")
NO_CONFIG = f'Could not find endpoint configuration "{ARN}:endpoint-config/one".'
NO_MODEL = f'Could not find model "{ARN}:model/one".'

CASES = [
    Case(
        "describe what is not there",
        nothing,
        lambda cloud: cloud.control.describe_endpoint(EndpointName="Gone"),
        f'Could not find endpoint "{ARN}:endpoint/gone".',
    ),
    Case(
        "delete what is not there",
        nothing,
        lambda cloud: cloud.control.delete_endpoint(EndpointName="gone"),
        f'Could not find endpoint "{ARN}:endpoint/gone".',
    ),
    Case(
        "create it again, in another case",
        nothing,
        lambda c: c.control.create_endpoint(EndpointName="LIVE", EndpointConfigName="one"),
        f'Cannot create already existing endpoint "{ARN}:endpoint/live".',
    ),
    Case(
        "create on a configuration that is not there",
        nothing,
        lambda c: c.control.create_endpoint(EndpointName="new", EndpointConfigName="none"),
        f'Could not find endpoint configuration "{ARN}:endpoint-config/none".',
    ),
    Case("create after the model was deleted", forget_model, create, NO_MODEL),
    Case("update while updating", update, update, IN_PROGRESS),
    Case("delete while updating", update, delete, IN_PROGRESS),
    Case("rescale while updating", update, rescale, IN_PROGRESS),
    Case("update while rescaling", rescale, update, IN_PROGRESS),
    Case("update under maintenance", maintain, update, IN_PROGRESS),
    Case("delete under maintenance", maintain, delete, IN_PROGRESS),
    Case("rescale under maintenance", maintain, rescale, IN_PROGRESS),
    Case("update while deleting", delete, update, IN_PROGRESS),
    Case(
        "create while the old one is still being deleted",
        delete,
        lambda c: c.control.create_endpoint(EndpointName="live", EndpointConfigName="one"),
        f'Cannot create already existing endpoint "{ARN}:endpoint/live".',
    ),
    Case(
        "update after the serving configuration was deleted",
        forget_config,
        lambda c: c.control.update_endpoint(EndpointName="live", EndpointConfigName="two"),
        NO_CONFIG,
    ),
    Case("rescale after the serving configuration was deleted", forget_config, rescale, NO_CONFIG),
    Case("rescale after the serving model was deleted", forget_model, rescale, NO_MODEL),
    Case(
        "a name with a bad character",
        nothing,
        lambda cloud: cloud.control.describe_endpoint(EndpointName="a_b"),
        "1 validation error detected: Value 'a_b' at 'endpointName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ),
    Case(
        "a name that is too long",
        nothing,
        lambda cloud: cloud.control.describe_endpoint(EndpointName="a" * 64),
        f"2 validation errors detected: Value '{'a' * 64}' at 'endpointName' failed to satisfy "
        f"constraint: Member must have length less than or equal to 63; Value '{'a' * 64}' at "
        "'endpointName' failed to satisfy constraint: Member must satisfy regular expression "
        "pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refuses_in_the_words_of_aws(
    case: Case, serve: Deploy, configure: Deploy, refused: Refused
) -> None:
    cloud = Rehearsal(durations=SLOW)
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.pass_time(60)
    case.given(cloud)
    assert refused(lambda: case.when(cloud)) == (case.code, case.then)


def test_a_failed_endpoint_can_only_be_deleted(configure: Deploy, refused: Refused) -> None:
    cloud = Rehearsal(scripts={"s3://bad": Script(failure="no such file")})
    configure(cloud, "bad", data="s3://bad")
    configure(cloud, "good")
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="bad")
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"] == (
        "The primary container for production variant AllTraffic did not pass the ping health "
        "check. Please check CloudWatch logs for this endpoint. The container said: no such file"
    )
    code, _ = refused(
        lambda: cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="good")
    )
    assert code == "ValidationException"
    cloud.control.delete_endpoint(EndpointName="live")
    assert refused(lambda: cloud.control.describe_endpoint(EndpointName="live"))[1].startswith(
        "Could not find endpoint"
    )


def test_a_fresh_configuration_is_unknown_for_a_while(configure: Deploy, refused: Refused) -> None:
    cloud = Rehearsal(durations=Durations(config_visible=5))
    configure(cloud, "one")
    cloud.pass_time(4.9)
    cloud.control.describe_endpoint_config(EndpointConfigName="one")
    assert refused(lambda: create(cloud)) == ("ValidationException", NO_CONFIG)
    cloud.pass_time(0.2)
    create(cloud)


CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "WaitIntervalInSeconds": 60,
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        }
    }
}
OTHER_NAMES = (
    "With a DeploymentConfig the new endpoint configuration must have the same variant names as "
    "the old one: A, B, and not A."
)
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 60,
    }
}


def test_deployment_guardrails_need_the_old_variant_names(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any], refused: Refused
) -> None:
    strategy: Any = CANARY
    configure(cloud, "one")
    variants = [variant("A", "one"), variant("B", "one")]
    for name, chosen in (("both", variants), ("swapped", variants[::-1]), ("a", variants[:1])):
        cloud.control.create_endpoint_config(EndpointConfigName=name, ProductionVariants=chosen)
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="both")
    cloud.pass_time(0)

    def update_to(config: str, **given: Any) -> object:  # noqa: ANN401 - plain dicts
        return cloud.control.update_endpoint(
            EndpointName="live", EndpointConfigName=config, **given
        )

    launched = len(cloud.launcher.launched)
    assert refused(lambda: update_to("a", DeploymentConfig=strategy)) == (
        "ValidationException",
        OTHER_NAMES,
    )
    message = "A RollingUpdatePolicy cannot update several production variants."
    assert refused(lambda: update_to("both", DeploymentConfig=ROLLING))[1] == message
    assert len(cloud.launcher.launched) == launched
    update_to("swapped", DeploymentConfig=strategy)
    cloud.pass_time(0)
    cloud.pass_time(120)
    assert refused(lambda: update_to("a", RetainDeploymentConfig=True))[1] == OTHER_NAMES
    update_to("a")
    cloud.pass_time(0)
    assert cloud.control.describe_endpoint(EndpointName="live")["EndpointConfigName"] == "a"


def test_describe_shows_what_serves_and_what_is_coming(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(updating=60))
    serve(cloud, "live")
    configure(cloud, "two", InitialInstanceCount=2)
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "Updating"
    assert described["EndpointConfigName"] == "one"
    (serving,) = described["ProductionVariants"]
    assert serving["DeployedImages"][0]["SpecifiedImage"] == "image"
    assert (serving["CurrentInstanceCount"], serving["DesiredInstanceCount"]) == (1, 1)
    pending = described["PendingDeploymentSummary"]
    assert pending["EndpointConfigName"] == "two"
    (coming,) = pending["ProductionVariants"]
    assert (coming["CurrentInstanceCount"], coming["DesiredInstanceCount"]) == (0, 2)
    assert coming["VariantStatus"][0]["Status"] == "Creating"
    cloud.pass_time(60)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "two"
    assert "PendingDeploymentSummary" not in described


@pytest.mark.parametrize(
    ("retain", "excluded", "count", "weight"),
    [
        (False, [], 1, 1.0),
        (True, [], 4, 0.5),
        (True, ["DesiredInstanceCount"], 1, 0.5),
        (True, ["DesiredWeight"], 4, 1.0),
    ],
)
def test_an_update_undoes_scaling_unless_told_to_keep_it(
    serve: Deploy, configure: Deploy, retain: bool, excluded: list[str], count: int, weight: float
) -> None:
    cloud = Rehearsal()
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.control.update_endpoint_weights_and_capacities(
        EndpointName="live",
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "DesiredInstanceCount": 4, "DesiredWeight": 0.5}
        ],
    )
    cloud.pass_time(0)
    cloud.control.update_endpoint(
        EndpointName="live",
        EndpointConfigName="two",
        RetainAllVariantProperties=retain,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": kind} for kind in excluded],  # type: ignore[typeddict-item]  # plain strings
    )
    (variant,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (count, weight)


def test_rescaling_starts_no_new_fleet(serve: Deploy) -> None:
    cloud = Rehearsal(durations=Durations(rescaling=30))
    serve(cloud, "live")
    rescale(cloud)
    (variant,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 2)
    assert variant["VariantStatus"][0]["Status"] == "Updating"
    cloud.pass_time(30)
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["EndpointStatus"] == "InService"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert len(cloud.launcher.launched) == 1


def test_a_rolling_update_reckons_with_the_counts_that_it_retains(
    serve: Deploy, configure: Deploy, refused: Refused
) -> None:
    """Of ten instances a batch is one, though the configuration begins with two; and what is
    needed beside them is one batch, not a second fleet."""
    cloud = Rehearsal(quotas={"ml.m5.large for endpoint usage": 11})
    serve(cloud, "live", InitialInstanceCount=2)
    configure(cloud, "two", InitialInstanceCount=2)
    rescale(cloud, DesiredInstanceCount=10)
    cloud.pass_time(0)
    batch = {"Type": "INSTANCE_COUNT", "Value": 1}
    strategy: Any = {"RollingUpdatePolicy": {"MaximumBatchSize": batch, "WaitIntervalInSeconds": 9}}
    update: Any = {
        "EndpointName": "live",
        "EndpointConfigName": "two",
        "RetainAllVariantProperties": True,
    }
    assert refused(lambda: cloud.control.update_endpoint(**update))[0] == "ResourceLimitExceeded"
    cloud.control.update_endpoint(**update, DeploymentConfig=strategy)
    cloud.pass_time(0)
    described = cloud.control.describe_endpoint(EndpointName="live")
    (old,) = described["ProductionVariants"]
    (new,) = described["PendingDeploymentSummary"]["ProductionVariants"]
    assert (old["CurrentInstanceCount"], new["CurrentInstanceCount"]) == (9, 1)
    cloud.pass_time(90)
    (variant,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (10, 10)


def test_a_serverless_variant_takes_new_concurrency_in_place(
    cloud: Rehearsal, configure: Deploy, refused: Refused
) -> None:
    configure(cloud, "one")
    sizes: Any = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    variant: Any = {"VariantName": "AllTraffic", "ModelName": "one", "ServerlessConfig": sizes}
    create = cloud.control.create_endpoint_config
    create(EndpointConfigName="serverless", ProductionVariants=[variant])
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="serverless")
    cloud.pass_time(0)
    rescale(cloud, ServerlessUpdateConfig={"MaxConcurrency": 9, "ProvisionedConcurrency": 2})
    cloud.pass_time(0)
    (found,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert "CurrentInstanceCount" not in found
    assert found["CurrentServerlessConfig"] == {
        "MemorySizeInMB": 2048,
        "MaxConcurrency": 9,
        "ProvisionedConcurrency": 2,
    }
    _, message = refused(lambda: rescale(cloud, DesiredInstanceCount=2))
    assert message == "Variant AllTraffic is serverless: it takes no DesiredInstanceCount."


def test_only_an_asynchronous_endpoint_has_no_instance(
    cloud: Rehearsal, serve: Deploy, refused: Refused
) -> None:
    serve(cloud, "live")
    _, message = refused(lambda: rescale(cloud, DesiredInstanceCount=0))
    assert "DesiredInstanceCount must be at least 1" in message


def test_deleting_stops_the_containers(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    delete(cloud)
    cloud.pass_time(0)
    assert [server.stopped for server in cloud.launcher.launched] == [True]
    assert cloud.control.list_endpoints()["Endpoints"] == []


def test_data_capture_is_kept_and_described(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any]
) -> None:
    configure(cloud, "one")
    cloud.control.create_endpoint_config(
        EndpointConfigName="captured",
        ProductionVariants=[variant(model="one")],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 30,
            "DestinationS3Uri": "s3://captures/here",
            "CaptureOptions": [{"CaptureMode": "Input"}],
        },
    )
    cloud.control.create_endpoint(EndpointName="live", EndpointConfigName="captured")
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 30,
        "DestinationS3Uri": "s3://captures/here",
        "KmsKeyId": "",
    }


def test_lists_by_status(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    cloud.service.start_maintenance("live", 60)
    create(cloud)
    cloud.pass_time(0)
    listed = cloud.control.list_endpoints(StatusEquals="InService")["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == ["new"]


def test_instances_do_not_become_serverless(
    cloud: Rehearsal, serve: Deploy, refused: Refused
) -> None:
    serve(cloud, "live")
    sizes: Any = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    (old,) = cloud.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    model = cloud.control.list_models()["Models"][0]["ModelName"]
    variant: Any = {
        "VariantName": old["VariantName"],
        "ModelName": model,
        "ServerlessConfig": sizes,
    }
    create = cloud.control.create_endpoint_config
    create(EndpointConfigName="serverless", ProductionVariants=[variant])
    _, message = refused(
        lambda: cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="serverless")
    )
    assert "it cannot be updated to a ServerlessConfig" in message
