"""Checks for drift by SageMaker Model Monitor, as monitoring schedules.

Model Monitor takes no new customers any more; this is for accounts that have it. Its container
reads the baseline that Slipway wrote and writes where Slipway's own checks write.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import is_absent, is_present, translated, unless_gone
from slipway.domain.desired import Runner
from slipway.domain.naming import Site, deployment_of_resource
from slipway.domain.watch import BY_FEATURE, PERIODS, REPORTS, Schedule
from slipway.engine import CONSTRAINTS, STATISTICS

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

PROCESSING = "/opt/ml/processing"
STOPPED = "Stopped"
PUBLISHED = "publish_cloudwatch_metrics"  # of each feature, as there are no others
SECONDS = 1800  # a check may take no longer than its period, which is an hour at least


class SageMakerSchedules:
    """Implements ports.Schedules. The container `image` runs under the role `role_arn`."""

    def __init__(
        self, session: boto3.Session, site: Site, role_arn: str, image: Callable[[], str]
    ) -> None:
        self._session = session
        self._site = site
        self._role_arn = role_arn
        self._image = image

    @cached_property
    def _client(self) -> "SageMakerClient":
        return self._session.client("sagemaker")

    def find(self, name: str) -> Schedule | None:
        """The schedule; of an impossible period where it is not as `put` makes it."""
        with translated():
            try:
                found: Mapping[str, Any] = {
                    **self._client.describe_monitoring_schedule(MonitoringScheduleName=name)
                }
            except ClientError as error:
                if not is_absent(error):
                    raise
                return None
        config = found["MonitoringScheduleConfig"]
        schedule = self._read(name, config)
        made = self._config(schedule)
        as_made = all(config.get(key) == value for key, value in made.items())
        # One that Failed is as it was made: to make it so again mends nothing.
        stopped = found["MonitoringScheduleStatus"] == STOPPED
        return schedule if as_made and not stopped else replace(schedule, every=0)

    def put(self, schedule: Schedule) -> None:
        """Make it, or make it anew over what is there, which runs again where it was stopped."""
        config: Any = self._config(schedule)
        named = {"MonitoringScheduleName": schedule.name, "MonitoringScheduleConfig": config}
        with translated():
            try:
                self._client.create_monitoring_schedule(**named)
            except ClientError as error:
                if not is_present(error):
                    raise
                name = {"MonitoringScheduleName": schedule.name}
                before = self._client.describe_monitoring_schedule(**name)
                self._client.update_monitoring_schedule(**named)
                # An update leaves a stopped schedule stopped.
                if before["MonitoringScheduleStatus"] == STOPPED:
                    self._client.start_monitoring_schedule(**name)

    def delete(self, name: str) -> None:
        with translated(), unless_gone():
            self._client.delete_monitoring_schedule(MonitoringScheduleName=name)

    def _read(self, name: str, config: Mapping[str, Any]) -> Schedule:
        """The schedule that such a config stands for."""
        job = config.get("MonitoringJobDefinition", {})
        inputs = [each.get("EndpointInput", {}) for each in job.get("MonitoringInputs", [])]
        endpoint = str(inputs[0].get("EndpointName", "")) if inputs else ""
        constraints = job.get("BaselineConfig", {}).get("ConstraintsResource", {})
        folder = str(constraints.get("S3Uri", "")).removesuffix(CONSTRAINTS)
        published = job.get("Environment", {}).get(PUBLISHED)
        return Schedule(
            Runner.SAGEMAKER,
            name,
            deployment_of_resource(self._site, endpoint) or "",
            endpoint,
            folder.removeprefix(f"s3://{self._site.bucket}/"),
            _hours(str(config.get("ScheduleConfig", {}).get("ScheduleExpression", ""))),
            ((BY_FEATURE, 1.0),) if published == "Enabled" else (),
        )

    def _config(self, schedule: Schedule) -> dict[str, Any]:
        bucket = f"s3://{self._site.bucket}"
        return {
            "ScheduleConfig": {"ScheduleExpression": _expression(schedule.every)},
            "MonitoringType": "DataQuality",
            "MonitoringJobDefinition": {
                "BaselineConfig": {
                    "ConstraintsResource": {"S3Uri": f"{bucket}/{schedule.baseline}{CONSTRAINTS}"},
                    "StatisticsResource": {"S3Uri": f"{bucket}/{schedule.baseline}{STATISTICS}"},
                },
                "MonitoringInputs": [
                    {
                        "EndpointInput": {
                            "EndpointName": schedule.endpoint,
                            "LocalPath": f"{PROCESSING}/input/endpoint",
                            "S3InputMode": "File",
                            "S3DataDistributionType": "FullyReplicated",
                        }
                    }
                ],
                "MonitoringOutputConfig": {
                    "MonitoringOutputs": [
                        {
                            "S3Output": {
                                "S3Uri": f"{bucket}/{REPORTS.rstrip('/')}",
                                "LocalPath": f"{PROCESSING}/output",
                                "S3UploadMode": "EndOfJob",
                            }
                        }
                    ]
                },
                "MonitoringResources": {
                    "ClusterConfig": {
                        "InstanceCount": 1,
                        "InstanceType": "ml.m5.large",
                        "VolumeSizeInGB": 20,
                    }
                },
                "MonitoringAppSpecification": {"ImageUri": self._image()},
                "StoppingCondition": {"MaxRuntimeInSeconds": SECONDS},
                "Environment": {PUBLISHED: "Enabled" if schedule.limits else "Disabled"},
                "RoleArn": self._role_arn,
            },
        }


def _expression(every: int) -> str:
    """The only forms that Model Monitor takes: hourly, daily, and every so many hours."""
    hours = {1: "*", 24: "0"}.get(every, f"0/{every}")
    return f"cron(0 {hours} ? * * *)"


def _hours(expression: str) -> int:
    """The period of an expression; 0 for one that `put` does not make."""
    return {_expression(every): every for every in PERIODS}.get(expression, 0)
