from dataclasses import replace
from typing import Any

import boto3
import pytest
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.adapters.sagemaker_schedules import SageMakerSchedules
from slipway.domain.desired import EndpointTarget, Runner
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import Plan, Variant
from slipway.domain.plan.model import Container, Model
from slipway.domain.watch import PERIODS, Schedule
from slipway_local.sagemaker.rehearsal import Rehearsal

ROLE = "arn:aws:iam::123456789012:role/monitor"
IMAGE = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"
SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")
SCHEDULE = Schedule(
    Runner.SAGEMAKER, "slipway-h", "h", "slipway-h", "monitoring/baselines/h/ab/", 1
)
BY_FEATURE = (("by_feature", 1.0),)
CONTAINER = Container("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1", "s3://b/k", {})
MODEL = Model("slipway-h-m1", "abc", (CONTAINER,), network_isolation=True)
VARIANT = Variant("AllTraffic", 1.0, EndpointTarget(), MODEL)
PLAN = Plan(
    endpoint="slipway-h",
    group="slipway-h",
    config="slipway-h-c1",
    variants=(VARIANT,),
    capture_percentage=100,
    capture_uri="s3://bucket/capture",
    role_arn=SITE.role_arn,
)


@pytest.fixture
def schedules(sagemaker: boto3.Session, cloud: Rehearsal) -> SageMakerSchedules:
    """Beside an endpoint that captures what it is asked."""
    registry, endpoints = SageMakerRegistry(sagemaker), SageMakerEndpoints(sagemaker)
    arn = registry.register("slipway-h", MODEL, approved=True, description="", token="t")
    endpoints.prepare(PLAN, {MODEL.name: arn})
    cloud.pass_time(5)
    endpoints.create(PLAN.endpoint, PLAN.config)
    cloud.pass_time(60)
    return SageMakerSchedules(sagemaker, SITE, ROLE, lambda: IMAGE)


@pytest.mark.parametrize(("limits", "published"), [((), "Disabled"), (BY_FEATURE, "Enabled")])
def test_features_have_metrics_where_they_are_asked_for(
    schedules: SageMakerSchedules,
    cloud: Rehearsal,
    limits: tuple[tuple[str, float], ...],
    published: str,
) -> None:
    wanted = replace(SCHEDULE, limits=limits)
    schedules.put(wanted)
    assert schedules.find("slipway-h") == wanted
    found = cloud.control.describe_monitoring_schedule(MonitoringScheduleName="slipway-h")
    job = found["MonitoringScheduleConfig"]["MonitoringJobDefinition"]
    assert job["Environment"] == {"publish_cloudwatch_metrics": published}


@pytest.mark.parametrize("every", PERIODS)
def test_what_was_put_is_found_as_it_was(schedules: SageMakerSchedules, every: int) -> None:
    wanted = replace(SCHEDULE, every=every)
    schedules.put(wanted)
    assert schedules.find("slipway-h") == wanted


def test_putting_anew_changes_the_schedule_that_is_there(schedules: SageMakerSchedules) -> None:
    schedules.put(SCHEDULE)
    other = replace(SCHEDULE, every=6, baseline="monitoring/baselines/h/cd/")
    schedules.put(other)
    assert schedules.find("slipway-h") == other


def test_it_reads_our_baseline_and_writes_where_our_reports_are(
    schedules: SageMakerSchedules, cloud: Rehearsal
) -> None:
    schedules.put(SCHEDULE)
    found = cloud.control.describe_monitoring_schedule(MonitoringScheduleName="slipway-h")
    job = found["MonitoringScheduleConfig"]["MonitoringJobDefinition"]
    folder = "s3://bucket/monitoring/baselines/h/ab/"
    assert job["BaselineConfig"]["StatisticsResource"]["S3Uri"] == f"{folder}statistics.json"
    assert job["BaselineConfig"]["ConstraintsResource"]["S3Uri"] == f"{folder}constraints.json"
    (output,) = job["MonitoringOutputConfig"]["MonitoringOutputs"]
    assert output["S3Output"]["S3Uri"] == "s3://bucket/monitoring/reports"
    assert (job["MonitoringAppSpecification"]["ImageUri"], job["RoleArn"]) == (IMAGE, ROLE)


def _stop(cloud: Rehearsal) -> None:
    cloud.control.stop_monitoring_schedule(MonitoringScheduleName="slipway-h")


def _edit(cloud: Rehearsal) -> None:
    found: Any = cloud.control.describe_monitoring_schedule(MonitoringScheduleName="slipway-h")
    config = found["MonitoringScheduleConfig"]
    config["MonitoringJobDefinition"]["StoppingCondition"] = {"MaxRuntimeInSeconds": 60}
    cloud.control.update_monitoring_schedule(
        MonitoringScheduleName="slipway-h", MonitoringScheduleConfig=config
    )


@pytest.mark.parametrize("hand", [_stop, _edit])
def test_what_hands_changed_is_not_what_was_put(
    schedules: SageMakerSchedules,
    cloud: Rehearsal,
    hand: Any,  # noqa: ANN401 - either of two
) -> None:
    schedules.put(SCHEDULE)
    hand(cloud)
    cloud.pass_time(60)
    found = schedules.find("slipway-h")
    assert found is not None
    assert found != SCHEDULE
    schedules.put(SCHEDULE)
    cloud.pass_time(60)
    assert schedules.find("slipway-h") == SCHEDULE


def test_an_endpoint_may_go_once_its_schedule_is_gone(
    schedules: SageMakerSchedules, sagemaker: boto3.Session
) -> None:
    assert schedules.find("slipway-h") is None
    schedules.put(SCHEDULE)
    schedules.delete("slipway-h")
    schedules.delete("slipway-h")
    assert schedules.find("slipway-h") is None
    SageMakerEndpoints(sagemaker).delete("slipway-h")
