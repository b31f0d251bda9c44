"""Processing jobs: create, describe, list, stop, and how they end.

InProgress ──exit code 0──► Completed
    │  └────────any other──► Failed
    └──StopProcessingJob, or time is up──► Stopping ──► Stopped
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slipway_local.sagemaker import listing, metrics
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.errors import (
    invalid,
    job_at_rest,
    job_exists,
    job_missing,
    not_assumed,
)
from slipway_local.sagemaker.events import milliseconds, shouted
from slipway_local.sagemaker.jobs import Ending, Job, ProcessingJob, Sink, Source
from slipway_local.sagemaker.operations import Operations, Params, given, present

_KIND = "processing-job"
_LONGEST = 86400
_RUNNING = ("InProgress", "Stopping")
_TIMES = ("CreationTime", "LastModifiedTime", "ProcessingStartTime", "ProcessingEndTime")


def create_processing_job(account: Account, params: Params) -> Params:
    name = params["ProcessingJobName"]
    arn = account.arn(_KIND, name)
    if arn in account.jobs:
        raise job_exists(arn)
    _check(params)
    if not account.has_role(params["RoleArn"]):
        raise not_assumed(params["RoleArn"])
    start(account, given(params))
    account.tag(arn, params.get("Tags", []))
    return {"ProcessingJobArn": arn}


def describe_processing_job(account: Account, params: Params) -> Params:
    return _description(find(account, params["ProcessingJobName"]))


def list_processing_jobs(account: Account, params: Params) -> Params:
    wanted = params.get("StatusEquals")
    rows = [_summary(job) for job in account.jobs.values() if wanted in (None, job.status)]
    return listing.page("ProcessingJobSummaries", rows, params, name="ProcessingJobName")


def stop_processing_job(account: Account, params: Params) -> Params:
    job = find(account, params["ProcessingJobName"])
    if job.status != "InProgress":
        raise job_at_rest("processing", job.status)
    _stop(account, job)
    return {}


def find(account: Account, name: str) -> ProcessingJob:
    """Raises Refusal: Could not find requested job."""
    job = account.jobs.get(account.arn(_KIND, name))
    if job is None:
        raise job_missing(name)
    return job


def start(
    account: Account,
    body: Params,
    schedule: str | None = None,
    chosen: Mapping[str, list[str]] | None = None,
) -> ProcessingJob:
    """Start a job that is asked for as CreateProcessingJob takes it.

    `schedule` is the ARN of the monitoring schedule that asks; of the inputs named in `chosen`
    only those objects are taken.
    """
    body = {"StoppingCondition": {"MaxRuntimeInSeconds": _LONGEST}, "Environment": {}, **body}
    name, now = body["ProcessingJobName"], account.clock()
    arn = account.arn(_KIND, name)
    run = account.runner.run(_job(body, {**body, "ProcessingJobArn": arn}, chosen or {}))
    job = account.jobs[arn] = ProcessingJob(name, arn, now, now, body, run, schedule)
    account.tags.setdefault(arn, {})
    _enter(account, job, "InProgress")
    return job


def advance(account: Account) -> None:
    """Let every job that has begun, ended or had its time say so."""
    for job in account.jobs.values():
        if job.status in _RUNNING:
            _look(account, job)


def next_due(account: Account) -> Iterator[float]:
    """When each running job has had its time."""
    for job in account.jobs.values():
        if job.status == "InProgress" and job.started is not None:
            yield job.started + _longest(job)


def _look(account: Account, job: ProcessingJob) -> None:
    now = account.clock()
    if job.started is None and job.run.began():
        job.started = job.modified = now
    ending = job.run.ending()
    if ending is not None:
        _end(account, job, ending)
    elif job.status == "InProgress" and job.started and now >= job.started + _longest(job):
        _stop(account, job)


def _stop(account: Account, job: ProcessingJob) -> None:
    job.run.stop()
    _enter(account, job, "Stopping")


def _end(account: Account, job: ProcessingJob, ending: Ending) -> None:
    job.ended = account.clock()
    if job.status == "Stopping":
        _enter(account, job, "Stopped")
        return
    job.message = ending.message or None
    job.failure = _failure(ending)
    quality = job.body["Environment"].get("analysis_type") == "MODEL_QUALITY"
    subject = "model" if quality else "data"
    account.metrics.extend(metrics.monitored(ending.metrics, subject, job.ended))
    _enter(account, job, "Failed" if job.failure else "Completed")


def _failure(ending: Ending) -> str | None:
    if ending.failure or not ending.code:
        return ending.failure or None
    return f"AlgorithmError: {ending.message}, exit code: {ending.code}"


def _enter(account: Account, job: ProcessingJob, status: str) -> None:
    job.status = status
    job.modified = account.clock()
    account.tell("Processing Job", _detail(job), job.arn)


def _longest(job: ProcessingJob) -> float:
    seconds: float = job.body["StoppingCondition"]["MaxRuntimeInSeconds"]
    return seconds


def _job(body: Params, config: Params, chosen: Mapping[str, list[str]]) -> Job:
    specification = body["AppSpecification"]
    command = [
        *specification.get("ContainerEntrypoint", ()),
        *specification.get("ContainerArguments", ()),
    ]
    return Job(
        body["ProcessingJobName"],
        specification["ImageUri"],
        command,
        body["Environment"],
        [
            Source(
                each["S3Input"]["S3Uri"],
                each["S3Input"]["LocalPath"],
                each["S3Input"]["S3DataType"] == "ManifestFile",
                chosen.get(each["InputName"]),
            )
            for each in body.get("ProcessingInputs", ())
        ],
        [
            Sink(
                each["S3Output"]["S3Uri"],
                each["S3Output"]["LocalPath"],
                each["S3Output"]["S3UploadMode"] == "Continuous",
            )
            for each in _outputs(body)
        ],
        config,
    )


def _outputs(body: Params) -> Sequence[Params]:
    outputs: Sequence[Params] = body.get("ProcessingOutputConfig", {}).get("Outputs", ())
    return outputs


def _check(params: Params) -> None:
    """Raises Refusal for what SageMaker refuses, and for what is not modelled here."""
    _check_managed((*params.get("ProcessingInputs", ()), *_outputs(params)))
    for each in params.get("ProcessingInputs", ()):
        name, source = each["InputName"], each.get("S3Input")
        if source is None or "LocalPath" not in source:
            raise invalid(f"ProcessingInput {name} needs an S3Input with a LocalPath here.")
        if source.get("S3InputMode", "File") != "File":
            raise invalid(f"ProcessingInput {name}: only the S3InputMode File is served here.")
        if source.get("S3CompressionType", "None") != "None":
            raise invalid(f"ProcessingInput {name}: Gzip is for the S3InputMode Pipe only.")
    for each in _outputs(params):
        if "LocalPath" not in each.get("S3Output", {}):
            raise invalid(f"Output {each['OutputName']} needs an S3Output with a LocalPath here.")
    cluster = params["ProcessingResources"]["ClusterConfig"]
    if "InstanceType" not in cluster or "InstanceCount" not in cluster:
        raise invalid("The ClusterConfig needs an InstanceType and an InstanceCount here.")


def _check_managed(parts: Sequence[Params]) -> None:
    if any(each.get("AppManaged") for each in parts):
        raise invalid("AppManaged is not executed by the embedded SageMaker: leave it out.")


def _summary(job: ProcessingJob) -> Params:
    return present(
        ProcessingJobName=job.name,
        ProcessingJobArn=job.arn,
        CreationTime=job.created,
        LastModifiedTime=job.modified,
        ProcessingEndTime=job.ended,
        ProcessingJobStatus=job.status,
        FailureReason=job.failure,
        ExitMessage=job.message,
    )


def _description(job: ProcessingJob) -> Params:
    rest = present(ProcessingStartTime=job.started, MonitoringScheduleArn=job.schedule)
    return {**job.body, **_summary(job), **rest}


def _detail(job: ProcessingJob) -> Params:
    """The detail of SageMaker Processing Job State Change: no environment, no exit message."""
    hidden = ("Environment", "ExitMessage", "MonitoringScheduleArn")
    detail = {name: value for name, value in _description(job).items() if name not in hidden}
    detail |= {name: milliseconds(detail[name]) for name in _TIMES if name in detail}
    if "ProcessingInputs" in detail:
        detail["ProcessingInputs"] = [
            {**each, "S3Input": _spelt(each["S3Input"])} for each in detail["ProcessingInputs"]
        ]
    if "ProcessingOutputConfig" in detail:
        config = detail["ProcessingOutputConfig"]
        outputs = [{**each, "S3Output": _spelt(each["S3Output"])} for each in config["Outputs"]]
        detail["ProcessingOutputConfig"] = {**config, "Outputs": outputs}
    return {"ExperimentConfig": {}, **detail}


def _spelt(members: Mapping[str, Any]) -> Params:
    """With the words of S3 modes as events spell them: MANIFEST_FILE, but FULLYREPLICATED."""
    spelt = dict(members)
    for name in ("S3DataType", "S3InputMode", "S3UploadMode"):
        if name in spelt:
            spelt[name] = shouted(spelt[name])
    if "S3DataDistributionType" in spelt:
        spelt["S3DataDistributionType"] = spelt["S3DataDistributionType"].upper()
    return spelt


OPERATIONS: Operations = {
    "CreateProcessingJob": create_processing_job,
    "DescribeProcessingJob": describe_processing_job,
    "ListProcessingJobs": list_processing_jobs,
    "StopProcessingJob": stop_processing_job,
}
