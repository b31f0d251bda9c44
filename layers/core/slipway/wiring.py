"""The composition root: the one place that knows which adapter implements which port."""

import os
import time
from functools import cache, partial

import boto3
import botocore.session
from botocore.config import Config

from slipway import settings
from slipway.adapters.application_autoscaling import ApplicationAutoscaling
from slipway.adapters.cloudwatch_alarms import CloudWatchAlarms
from slipway.adapters.cloudwatch_logs import CloudWatchLogs
from slipway.adapters.cloudwatch_measurements import CloudWatchMeasurements
from slipway.adapters.cloudwatch_traffic import CloudWatchTraffic
from slipway.adapters.dynamodb_ledger import DynamoDBLedger
from slipway.adapters.ecs_tasks import ECSTasks
from slipway.adapters.eventbridge_bus import EventBridgeBus
from slipway.adapters.remedies_started import RemediesStarted
from slipway.adapters.s3_batches import S3Batches
from slipway.adapters.s3_hosted import S3Hosted
from slipway.adapters.s3_monitored import S3Monitored
from slipway.adapters.s3_uploaded import S3Uploaded
from slipway.adapters.sagemaker_endpoints import SageMakerEndpoints
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.adapters.sagemaker_schedules import SageMakerSchedules
from slipway.adapters.sagemaker_transforms import SageMakerTransforms
from slipway.adapters.scheduler_schedules import SchedulerSchedules
from slipway.adapters.scheduler_timers import SchedulerTimers
from slipway.adapters.sns_announcements import SNSAnnouncements
from slipway.adapters.stepfunctions_checks import StepFunctionsChecks
from slipway.adapters.stepfunctions_executions import StepFunctionsExecutions
from slipway.domain.desired import Approval, Policy, Runner
from slipway.hosting import Places
from slipway.ports import Ports

# Of the modes measured under heavy throttling, standard with ten attempts ended soonest.
RETRIES = Config(
    retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=5, read_timeout=60
)


@cache
def ports() -> Ports:
    """The world as the functions see it; built on the first call and kept while they are warm."""
    return build(settings.read(os.environ), session())


def session() -> boto3.Session:
    """A session whose clients retry as Slipway wants it."""
    core = botocore.session.get_session()
    core.set_default_client_config(RETRIES)
    return boto3.Session(botocore_session=core)


def build(given: settings.Settings, aws: boto3.Session) -> Ports:
    """The ports over AWS. Each adapter makes its client when it first needs one."""
    own = SageMakerEndpoints(aws)
    return Ports(
        site=given.site,
        ledger=DynamoDBLedger(aws, given.table),
        uploaded=S3Uploaded(aws, given.site.bucket),
        registry=SageMakerRegistry(aws),
        endpoints=Places(own, S3Hosted(aws, given.site.bucket, given.site.prefix, own)),
        executions=StepFunctionsExecutions(aws, given.state_machine_arn),
        announcements=SNSAnnouncements(aws, given.topic_arn),
        schedules={
            Runner.LAMBDA: SchedulerSchedules(
                aws,
                given.check_state_machine_arn,
                given.schedule_role_arn,
                given.schedule_dead_letters_arn,
            ),
            Runner.SAGEMAKER: SageMakerSchedules(
                aws, given.site, given.monitor_role_arn, partial(_analyzer, given.site.region)
            ),
        },
        alarms=CloudWatchAlarms(aws, given.topic_arn),
        scalings=ApplicationAutoscaling(aws),
        checks=StepFunctionsChecks(aws, given.check_state_machine_arn),
        monitored=S3Monitored(aws, given.site.bucket),
        measurements=CloudWatchMeasurements(aws, given.drift_namespace),
        traffic=CloudWatchTraffic(aws, given.minute),
        bus=EventBridgeBus(aws),
        starts=RemediesStarted(aws, given.start_role_arn, given.remedy_targets),
        batches=S3Batches(aws, given.site.bucket),
        transforms=SageMakerTransforms(aws),
        timers=SchedulerTimers(
            aws,
            given.state_machine_arn,
            given.schedule_role_arn,
            given.schedule_dead_letters_arn,
        ),
        fargate=ECSTasks(aws, given.tasks),
        logs=CloudWatchLogs(aws),
        parse_manifest=partial(_parse_manifest, given.default_approval),
        default_policy=Policy(approval=given.default_approval),
        clock=time.time,
        minute=given.minute,
        trusted=given.trusted_modules,
    )


def _analyzer(region: str) -> str:
    from slipway.artifacts.images import analyzer  # only Model Monitor's schedules need it

    return analyzer(region)


def _parse_manifest(default_approval: Approval, content: bytes) -> Policy:
    from slipway.manifest import parse  # only Decide ever needs the manifest's models

    return parse(content, default_approval)
