"""Several models at one endpoint, over the wire: variants by weight and name, pipelines."""

from __future__ import annotations

import json
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.serving import IMAGE, ROLE, SCRIPTED, Eventually, pack

if TYPE_CHECKING:
    from slipway_local.cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cloud")]

CSV = {"ContentType": "text/csv", "Accept": "application/json"}
Params = dict[str, Any]


def container(name: str, **members: str) -> Params:
    url = f"s3://serving/models/{name}.tar.gz"
    return {"Image": IMAGE, "ModelDataUrl": url, "Environment": SCRIPTED, **members}


def deploy(running: Cloud, eventually: Eventually, name: str, *variants: Params) -> Any:  # noqa: ANN401
    """The description of the new endpoint `name`, once it has ended Creating."""
    client = running.client("sagemaker")
    sizes = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**sizes, **each} for each in variants]
    )
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)

    def look() -> Any:  # noqa: ANN401
        described = client.describe_endpoint(EndpointName=name)
        return described if described["EndpointStatus"] != "Creating" else None

    return eventually(look, 60)


def ask(running: Cloud, name: str, **members: str) -> Any:  # noqa: ANN401 - the model's JSON
    reply = running.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, Body=b"1,2\n3,4", **{**CSV, **members}
    )
    return reply["InvokedProductionVariant"], json.loads(reply["Body"].read())


def test_variants_are_weighed_anew_in_place(running: Cloud, eventually: Eventually) -> None:
    client = running.client("sagemaker")
    for name in ("one", "two"):
        client.create_model(
            ModelName=f"v-{name}", ExecutionRoleArn=ROLE, PrimaryContainer=container(name)
        )
    variants = [
        {"VariantName": "blue", "ModelName": "v-one", "InitialVariantWeight": 1},
        {"VariantName": "green", "ModelName": "v-two", "InitialVariantWeight": 0},
    ]
    deploy(running, eventually, "both", *variants)
    assert ask(running, "both") == ("blue", [[1, 2], [3, 4]])
    assert ask(running, "both", TargetVariant="green") == ("green", [[2, 4], [6, 8]])
    statuses: list[str] = []
    answered: list[str] = []

    def keep_asking() -> None:
        while not answered or statuses[-1:] != ["InService"]:
            answered.append(ask(running, "both")[0])

    weights = [
        {"VariantName": "blue", "DesiredWeight": 0},
        {"VariantName": "green", "DesiredWeight": 3},
    ]
    asking = Thread(target=keep_asking)
    client.update_endpoint_weights_and_capacities(
        EndpointName="both", DesiredWeightsAndCapacities=weights
    )
    asking.start()

    def settled() -> bool:
        statuses.append(client.describe_endpoint(EndpointName="both")["EndpointStatus"])
        return statuses[-1] == "InService"

    eventually(settled)
    asking.join()
    assert statuses[0] == "Updating"
    described = client.describe_endpoint(EndpointName="both")
    assert described["EndpointConfigName"] == "both"
    assert [each["CurrentWeight"] for each in described["ProductionVariants"]] == [0, 3]
    assert {answered[0], ask(running, "both")[0]} == {"blue", "green"}
    with pytest.raises(ClientError, match="TargetContainerHostname"):
        ask(running, "both", TargetContainerHostname="blue")
    with pytest.raises(ClientError, match="TargetModel"):
        ask(running, "both", TargetModel="one.tar.gz")


def test_a_pipeline_asks_its_containers_in_turn_or_the_one_that_is_named(
    running: Cloud, eventually: Eventually
) -> None:
    client = running.client("sagemaker")
    for name, mode in (("serial", "Serial"), ("direct", "Direct")):
        client.create_model(
            ModelName=name,
            ExecutionRoleArn=ROLE,
            Containers=[
                container("two", ContainerHostname="scale"),
                container("two", ContainerHostname="score"),
            ],
            InferenceExecutionConfig={"Mode": mode},
        )
        deploy(running, eventually, name, {"VariantName": "v", "ModelName": name})
    assert ask(running, "serial") == ("v", [[4, 8], [12, 16]])
    assert ask(running, "direct", TargetContainerHostname="score") == ("v", [[2, 4], [6, 8]])
    for name, given in (("serial", {"TargetContainerHostname": "score"}), ("direct", {})):
        with pytest.raises(ClientError, match="TargetContainerHostname"):
            ask(running, name, **given)
    with pytest.raises(ClientError, match="from scale with message"):
        ask(running, "serial", ContentType="application/x-nothing")


def test_an_answer_is_streamed_over_the_wire_and_a_shadow_is_asked_too(
    running: Cloud, eventually: Eventually
) -> None:
    client = running.client("sagemaker")
    sizes = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    for name in ("one", "two"):
        client.create_model(
            ModelName=f"s-{name}", ExecutionRoleArn=ROLE, PrimaryContainer=container(name)
        )
    client.create_endpoint_config(
        EndpointConfigName="shadowed",
        ProductionVariants=[{"VariantName": "front", "ModelName": "s-one", **sizes}],
        ShadowProductionVariants=[{"VariantName": "behind", "ModelName": "s-two", **sizes}],
    )
    client.create_endpoint(EndpointName="shadowed", EndpointConfigName="shadowed")
    describe = client.describe_endpoint
    eventually(lambda: describe(EndpointName="shadowed")["EndpointStatus"] == "InService", 60)
    reply = running.client("sagemaker-runtime").invoke_endpoint_with_response_stream(
        EndpointName="shadowed", Body=b"1,2\n3,4", **CSV
    )
    assert reply["ContentType"] == "application/json"
    assert reply["InvokedProductionVariant"] == "front"
    parts = [event["PayloadPart"]["Bytes"] for event in reply["Body"]]
    assert json.loads(b"".join(parts)) == [[1, 2], [3, 4]]
    dimensions = [
        {"Name": "EndpointName", "Value": "shadowed"},
        {"Name": "VariantName", "Value": "behind"},
    ]
    metrics = running.client("cloudwatch").list_metrics
    eventually(lambda: metrics(MetricName="Invocations", Dimensions=dimensions)["Metrics"])


def test_a_variant_scales_when_its_alarm_says_so(running: Cloud, eventually: Eventually) -> None:
    client, scaling = running.client("sagemaker"), running.client("application-autoscaling")
    client.create_model(ModelName="a", ExecutionRoleArn=ROLE, PrimaryContainer=container("one"))
    deploy(running, eventually, "scaled", {"VariantName": "v", "ModelName": "a"})
    place = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/scaled/variant/v",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**place, MinCapacity=1, MaxCapacity=4)
    tracked = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    made = scaling.put_scaling_policy(
        **place,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 10.0,
            "PredefinedMetricSpecification": tracked,
        },
    )
    cloudwatch = running.client("cloudwatch")
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    (high, _) = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert (high["MetricName"], high["Threshold"]) == ("InvocationsPerInstance", 10.0)
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 2}]
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps}
    policy = scaling.put_scaling_policy(
        **place, PolicyName="step", StepScalingPolicyConfiguration=configuration
    )
    cloudwatch.put_metric_alarm(
        AlarmName="asked",
        Namespace="AWS/SageMaker",
        MetricName="InvocationsPerInstance",
        Dimensions=[
            {"Name": "EndpointName", "Value": "scaled"},
            {"Name": "VariantName", "Value": "v"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[policy["PolicyARN"]],
    )

    def scaled() -> bool:
        ask(running, "scaled")
        (variant,) = client.describe_endpoint(EndpointName="scaled")["ProductionVariants"]
        return variant["CurrentInstanceCount"] == 3

    eventually(scaled)
    described = scaling.describe_scaling_activities(**place)["ScalingActivities"]
    assert described[-1]["Description"] == "Setting desired instance count to 3."
    scaling.deregister_scalable_target(**place)
    assert not cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    metrics = cloudwatch.list_metrics(Namespace="/aws/sagemaker/Endpoints")["Metrics"]
    assert "CPUUtilization" in {metric["MetricName"] for metric in metrics}


def test_a_container_that_does_not_start_is_named(running: Cloud, eventually: Eventually) -> None:
    script = b"def model_fn(folder): raise ValueError('no such factor')\n"
    running.client("s3").put_object(
        Bucket="serving", Key="models/broken.tar.gz", Body=pack({"code/inference.py": script})
    )
    running.client("sagemaker").create_model(
        ModelName="broken",
        ExecutionRoleArn=ROLE,
        Containers=[container("two"), container("broken")],
    )
    described = deploy(running, eventually, "broken", {"VariantName": "v", "ModelName": "broken"})
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"].startswith(
        "The container-2 for production variant v did not pass the ping health check."
    )
    assert "no such factor" in described["FailureReason"]
