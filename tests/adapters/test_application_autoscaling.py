from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from slipway.adapters.application_autoscaling import ApplicationAutoscaling
from slipway.domain.errors import Refused
from slipway.domain.scaling import Autoscaling, Scaled, ScalingMetric
from slipway_local.sagemaker.rehearsal import Rehearsal

HOW = Autoscaling(1, 8, ScalingMetric.INVOCATIONS_PER_INSTANCE, 700.0, 60, 120)
SCALED = Scaled("slipway-h", "AllTraffic", HOW)
TO_ZERO = replace(
    SCALED, how=replace(HOW, least=0, metric=ScalingMetric.BACKLOG_PER_INSTANCE, value=5.0)
)
PLACE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/slipway-h/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


class Alarms:
    """As much of CloudWatch as is called."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def put_metric_alarm(self, **alarm: object) -> None:
        self.made[str(alarm["AlarmName"])] = alarm

    def describe_alarms(self, AlarmNames: list[str]) -> object:  # noqa: N803  CloudWatch's own
        return {"MetricAlarms": [self.made[name] for name in AlarmNames if name in self.made]}

    def delete_alarms(self, AlarmNames: list[str]) -> None:  # noqa: N803  likewise
        for name in AlarmNames:
            self.made.pop(name, None)


@pytest.fixture
def scalings(sagemaker: boto3.Session, cloud: Rehearsal) -> ApplicationAutoscaling:
    """Beside an asynchronous endpoint of one variant."""
    model = {"Image": "1.dkr.ecr.eu-west-1.amazonaws.com/x:1", "ModelDataUrl": "s3://b/k"}
    role = "arn:aws:iam::123456789012:role/model"
    cloud.control.create_model(ModelName="m", PrimaryContainer=model, ExecutionRoleArn=role)
    variant: Any = {
        "VariantName": "AllTraffic",
        "ModelName": "m",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    cloud.control.create_endpoint_config(
        EndpointConfigName="c",
        ProductionVariants=[variant],
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://b/out"}},
    )
    cloud.pass_time(5)
    cloud.control.create_endpoint(EndpointName="slipway-h", EndpointConfigName="c")
    cloud.pass_time(60)
    found = ApplicationAutoscaling(sagemaker)
    found.__dict__["_alarms"] = Alarms()
    return found


def find(scalings: ApplicationAutoscaling) -> Scaled | None:
    return scalings.find("slipway-h", "AllTraffic")


@pytest.mark.parametrize("scaled", [SCALED, TO_ZERO, replace(SCALED, how=replace(HOW, most=9))])
def test_what_was_put_is_found_as_it_was(scalings: ApplicationAutoscaling, scaled: Scaled) -> None:
    assert find(scalings) is None
    scalings.put(SCALED)
    scalings.put(scaled)
    assert find(scalings) == scaled
    scalings.put(SCALED)
    assert find(scalings) == SCALED
    scalings.delete("slipway-h", "AllTraffic")
    scalings.delete("slipway-h", "AllTraffic")
    assert find(scalings) is None


def delete_policies(scalings: ApplicationAutoscaling, cloud: Rehearsal) -> None:
    del scalings
    names = cloud.scaling.describe_scaling_policies(ServiceNamespace="sagemaker")
    for policy in names["ScalingPolicies"]:
        cloud.scaling.delete_scaling_policy(PolicyName=policy["PolicyName"], **PLACE)


def bound_otherwise(scalings: ApplicationAutoscaling, cloud: Rehearsal) -> None:
    del scalings
    cloud.scaling.register_scalable_target(**PLACE, MinCapacity=0, MaxCapacity=2)


def lose_the_alarm(scalings: ApplicationAutoscaling, cloud: Rehearsal) -> None:
    del cloud
    scalings.__dict__["_alarms"].made.clear()


@pytest.mark.parametrize("how", [delete_policies, bound_otherwise, lose_the_alarm])
def test_what_somebody_changed_is_seen_and_mended(
    scalings: ApplicationAutoscaling,
    cloud: Rehearsal,
    how: Callable[[ApplicationAutoscaling, Rehearsal], None],
) -> None:
    scalings.put(TO_ZERO)
    how(scalings, cloud)
    assert find(scalings) not in (TO_ZERO, None)
    scalings.put(TO_ZERO)
    assert find(scalings) == TO_ZERO


def test_what_goes_leaves_no_alarm(scalings: ApplicationAutoscaling, cloud: Rehearsal) -> None:
    scalings.put(TO_ZERO)
    assert [*scalings.__dict__["_alarms"].made] == ["slipway-h-AllTraffic-from-zero"]
    scalings.delete("slipway-h", "AllTraffic")
    assert not scalings.__dict__["_alarms"].made
    assert not cloud.made_alarms


def test_a_variant_that_is_not_there_is_refused(scalings: ApplicationAutoscaling) -> None:
    with pytest.raises(Refused, match="no variant in service"):
        scalings.put(replace(SCALED, variant="other"))
