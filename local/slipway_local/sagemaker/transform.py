"""Transform jobs: create, describe, list, stop, and how they end.

InProgress ──every object was transformed──► Completed
    │  └─────one was not, or no container──► Failed
    └──StopTransformJob──► Stopping ──────► Stopped
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from slipway_local.sagemaker import instances, listing, models, transform_checks
from slipway_local.sagemaker.account import Account, TransformJob
from slipway_local.sagemaker.batch import parameters
from slipway_local.sagemaker.batch.run import TransformRun
from slipway_local.sagemaker.batch.work import Store
from slipway_local.sagemaker.errors import job_at_rest, job_exists, job_missing
from slipway_local.sagemaker.events import iso, iso_of_logs
from slipway_local.sagemaker.jobs import Ending
from slipway_local.sagemaker.logs import TRANSFORMS
from slipway_local.sagemaker.operations import Operations, Params, given, present
from slipway_local.sagemaker.serving import Container

_KIND = "transform-job"
_RUNNING = ("InProgress", "Stopping")
_TIMES = ("CreationTime", "TransformStartTime", "TransformEndTime")
_GONE = Ending(failure="InternalServerError: the embedded cloud ended while the job ran")
_LONGEST_REASON = 1024


def create_transform_job(account: Account, params: Params) -> Params:
    name = params["TransformJobName"]
    arn = account.arn(_KIND, name)
    if arn in account.transforms:
        raise job_exists(arn)
    transform_checks.check(account, params)
    account.tag(arn, params.get("Tags", []))
    _start(account, name, arn, _defaulted(given(params)))
    return {"TransformJobArn": arn}


def describe_transform_job(account: Account, params: Params) -> Params:
    return _description(find(account, params["TransformJobName"]))


def list_transform_jobs(account: Account, params: Params) -> Params:
    wanted = params.get("StatusEquals")
    jobs = account.transforms.values()
    rows = [_summary(job) for job in jobs if wanted in (None, job.status)]
    return listing.page("TransformJobSummaries", rows, params, name="TransformJobName")


def stop_transform_job(account: Account, params: Params) -> Params:
    job = find(account, params["TransformJobName"])
    if job.status != "InProgress":
        raise job_at_rest("transform", job.status)
    if job.run:
        job.run.stop()
    _enter(account, job, "Stopping")
    return {}


def find(account: Account, name: str) -> TransformJob:
    """Raises Refusal: Could not find requested job."""
    job = account.transforms.get(account.arn(_KIND, name))
    if job is None:
        raise job_missing(name)
    return job


def advance(account: Account) -> None:
    """Let every job begin whose containers are well, and every one end that has."""
    for job in account.transforms.values():
        if job.status in _RUNNING:
            _look(account, job)


def next_due(account: Account) -> Iterator[float]:
    """When the instances of each job that has not begun are there."""
    for job in account.transforms.values():
        if job.status == "InProgress" and job.started is None:
            yield job.created + account.durations.creating


def _start(account: Account, name: str, arn: str, body: Params) -> None:
    now = account.clock()
    instance = f"i-{account.random.getrandbits(68):017x}-{int(now)}"
    program = models.program(account, body["ModelName"])
    servers = [account.launcher.launch(_container(each, body)) for each in program.containers]
    log = partial(_log, account, f"{name}/{instance}/data-log")
    store = Store(account.find_objects, account.read_object, account.put_object, log)
    run = TransformRun(body, program.labels(), servers, store)
    account.transforms[arn] = TransformJob(name, arn, now, now, body, instance, run)
    _enter(account, account.transforms[arn], "InProgress")


def _container(container: Container, body: Params) -> Container:
    return replace(
        container,
        environment={
            **container.environment,
            **body.get("Environment", {}),
            **parameters.variables(body),
        },
        memory=instances.memory(body["TransformResources"]["InstanceType"]),
    )


def _log(account: Account, stream: str, lines: Sequence[str]) -> None:
    """In the data log, each line with its time, as SageMaker writes it."""
    stamp = iso_of_logs(account.clock())
    account.put_log(TRANSFORMS, stream, [f"{stamp}:[sagemaker logs]: {line}" for line in lines])


def _look(account: Account, job: TransformJob) -> None:
    run, now = job.run, account.clock()
    if run is None:
        _end(account, job, _GONE)
        return
    if now >= job.created + account.durations.creating and run.ready():
        job.started = job.modified = now
        run.begin()
        account.background(run.work)
    ending = run.ending()
    if ending is not None:
        _end(account, job, ending)


def _end(account: Account, job: TransformJob, ending: Ending) -> None:
    job.ended = account.clock()
    if job.status == "Stopping":
        _enter(account, job, "Stopped")
        return
    job.failure = ending.failure[:_LONGEST_REASON] or None
    _enter(account, job, "Failed" if job.failure else "Completed")


def _enter(account: Account, job: TransformJob, status: str) -> None:
    job.status = status
    job.modified = account.clock()
    account.tell("Transform Job", _detail(account, job), job.arn)


def _defaulted(body: Params) -> Params:
    """With what SageMaker describes where a request says nothing."""
    return {
        **body,
        "TransformInput": {"CompressionType": "None", "SplitType": "None"} | body["TransformInput"],
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": ""} | body["TransformOutput"],
        "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
        | body.get("DataProcessing", {}),
    }


def _summary(job: TransformJob) -> Params:
    return present(
        TransformJobName=job.name,
        TransformJobArn=job.arn,
        CreationTime=job.created,
        LastModifiedTime=job.modified,
        TransformEndTime=job.ended,
        TransformJobStatus=job.status,
        FailureReason=job.failure,
    )


def _description(job: TransformJob) -> Params:
    summary = _summary(job)
    del summary["LastModifiedTime"]
    return {**job.body, **summary, **present(TransformStartTime=job.started)}


def _detail(account: Account, job: TransformJob) -> Params:
    """The detail of SageMaker Transform Job State Change."""
    detail: dict[str, Any] = _description(job)
    detail |= {name: iso(detail[name]) for name in _TIMES if name in detail}
    return {**detail, "Tags": account.tags.get(job.arn, {})}


OPERATIONS: Operations = {
    "CreateTransformJob": create_transform_job,
    "DescribeTransformJob": describe_transform_job,
    "ListTransformJobs": list_transform_jobs,
    "StopTransformJob": stop_transform_job,
}
