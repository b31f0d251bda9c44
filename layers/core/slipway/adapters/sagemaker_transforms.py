"""Batch runs, as transform jobs of SageMaker."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import (
    code_of,
    is_absent,
    is_present,
    translated,
    unless,
)
from slipway.batch_ports import TransformJob
from slipway.domain.batch import Job, JobStatus, Transform, is_list

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import CreateTransformJobRequestTypeDef

LOGS = "/aws/sagemaker/TransformJobs"
MOST_LINES = 500
LINE = re.compile(r"\[sagemaker logs\]: (?P<object>[^/]+/.+?): (?P<text>.*)", re.DOTALL)


class SageMakerTransforms:
    """Implements batch_ports.Transforms."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _client(self) -> "SageMakerClient":
        return self._session.client("sagemaker")

    @cached_property
    def _logs(self) -> "CloudWatchLogsClient":
        return self._session.client("logs")

    def find(self, name: str) -> Job | None:
        with translated():
            try:
                found = self._client.describe_transform_job(TransformJobName=name)
            except ClientError as error:
                if not is_absent(error):
                    raise
                return None
        return Job(
            JobStatus(found["TransformJobStatus"]),
            found.get("FailureReason", ""),
            _seconds(found.get("TransformEndTime")),
            _seconds(found.get("TransformStartTime")),
        )

    def create(self, job: TransformJob) -> None:
        with translated():
            try:
                self._client.create_transform_job(**_request(job))
            except ClientError as error:
                if code_of(error) != "ResourceInUse" and not is_present(error):
                    raise

    def stop(self, name: str) -> None:
        with translated(), unless("ValidationException"):
            self._client.stop_transform_job(TransformJobName=name)

    def told(self, name: str) -> list[str]:
        with translated(), unless("ResourceNotFoundException"):
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=LOGS,
                logStreamNamePrefix=f"{name}/",
                PaginationConfig={"MaxItems": MOST_LINES},
            )
            events = [event for page in pages for event in page["events"]]
            data = (each for each in events if each["logStreamName"].endswith("/data-log"))
            return _by_object(each["message"] for each in data)
        return []


def _seconds(moment: "datetime | None") -> float:
    return moment.timestamp() if moment else 0.0


def _by_object(messages: Iterable[str]) -> list[str]:
    """What is said of each object, in one line: the service says it line by line."""
    said: dict[str, list[str]] = {}
    for found in filter(None, map(LINE.search, messages)):
        text = found["text"].removeprefix("Message:").strip()
        said.setdefault(found["object"], []).append(text)
    return [
        f"{of.rpartition('/')[2]}: {' '.join(filter(None, texts))}" for of, texts in said.items()
    ]


def _request(job: TransformJob) -> "CreateTransformJobRequestTypeDef":
    """The job as SageMaker spells it. What is left to it is not said."""
    how, kind = job.transform, "ManifestFile" if is_list(job.input) else "S3Prefix"
    request: dict[str, Any] = {
        "TransformJobName": job.name,
        "ModelName": job.model,
        "TransformInput": _given(
            DataSource={"S3DataSource": {"S3DataType": kind, "S3Uri": job.input}},
            ContentType=how.content_type,
            SplitType=how.split,
            CompressionType=how.compression,
        ),
        "TransformOutput": _given(
            S3OutputPath=job.output, Accept=how.accept, AssembleWith=how.assemble
        ),
        "TransformResources": {
            "InstanceType": job.target.instance_type,
            "InstanceCount": job.target.instance_count,
        },
        **_asking(how),
    }
    return cast("CreateTransformJobRequestTypeDef", request)


def _asking(how: Transform) -> dict[str, Any]:
    client = _given(InvocationsTimeoutInSeconds=how.timeout, InvocationsMaxRetries=how.retries)
    data = _given(InputFilter=how.input_filter, JoinSource=how.join, OutputFilter=how.output_filter)
    return {
        **_given(
            BatchStrategy=how.strategy,
            MaxPayloadInMB=how.max_payload_mb,
            MaxConcurrentTransforms=how.max_concurrent,
        ),
        **({"ModelClientConfig": client} if client else {}),
        **({"DataProcessing": data} if data else {}),
    }


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
