"""Monitoring executions: each a processing job over what was captured in one window.

    hour ──► Pending ──captures are in S3──► InProgress ──► Completed, CompletedWithViolations,
                │                                           Failed, Stopped
                └──nothing was captured──► Failed: Job inputs had no data

A window is told by the names of capture files, …/{variant}/yyyy/mm/dd/hh/mm-ss-SSS-….jsonl. Where
the clock's hours are shorter, several windows share a folder of S3: each takes its own files, and
writes to a folder of its own below the hour's.

Source: "Container Contract Inputs" of Model Monitor, and real executions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slipway_local.sagemaker import crons, definitions, listing, processing
from slipway_local.sagemaker.account import Account, Execution, Schedule
from slipway_local.sagemaker.crons import Cron, read_cron
from slipway_local.sagemaker.errors import Refusal, invalid
from slipway_local.sagemaker.events import iso
from slipway_local.sagemaker.operations import Operations, Params, present

_FINAL = ("Completed", "CompletedWithViolations", "Failed", "Stopped")
_NO_DATA = "Job inputs had no data"
_HOUR = 3600.0
_SLACK = 1e-6  # hours that rounding may cost
_FILE = re.compile(r"([^/]+/(\d{4}/\d\d/\d\d/\d\d))/(?:(\d\d)-(\d\d)-(\d{3})-)?[^/]+")
_FORMAT = '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}'
_BASELINE = "/opt/ml/processing/baseline"
_CODE = "/opt/ml/processing/code"


def list_monitoring_executions(account: Account, params: Params) -> Params:
    wanted = {
        "MonitoringScheduleName": params.get("MonitoringScheduleName"),
        "EndpointName": params.get("EndpointName"),
        "MonitoringExecutionStatus": params.get("StatusEquals"),
        "MonitoringJobDefinitionName": params.get("MonitoringJobDefinitionName"),
        "MonitoringType": params.get("MonitoringTypeEquals"),
    }
    rows = [
        row
        for row in map(_summary, account.executions)
        if all(value in (None, row.get(name)) for name, value in wanted.items())
    ]
    return listing.page("MonitoringExecutionSummaries", rows, params, name="")


def last(account: Account, schedule: Schedule) -> Params | None:
    """The summary of a schedule's newest execution."""
    mine = [each for each in account.executions if each.schedule is schedule]
    return _summary(mine[-1]) if mine else None


def first_due(account: Account, schedule: Schedule) -> float:
    """When a schedule that is started now is due."""
    cron = _cron(schedule.config)
    if cron is None:
        return account.clock()
    return cron.after(_hour_of(account, account.clock())) * account.durations.hour


def offsets(when: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A ScheduleConfig's window, in hours from the scheduled time; both or none. Raises Refusal."""
    names = ("DataAnalysisStartTime", "DataAnalysisEndTime")
    if not any(name in when for name in names):
        return None, None
    if not all(name in when for name in names):
        raise invalid(f"{' and '.join(names)} must be given together.")
    start, end = (crons.read_offset(when[name], name) for name in names)
    return start, end


def captured_at(account: Account, endpoint_name: str) -> str | None:
    """Where an endpoint captures to; None where it does not."""
    endpoint = account.endpoints.get(account.arn("endpoint", endpoint_name))
    for fleet in endpoint.fleets() if endpoint else ():
        if fleet.capture is not None:
            place: str = fleet.capture["DestinationS3Uri"]
            return place
    return None


def advance(account: Account) -> None:
    """Open the executions that are due, and let each take its next step."""
    now = account.clock()
    for schedule in account.schedules.values():
        if schedule.due is not None and now >= schedule.due:
            _open(account, schedule)
    for execution in account.executions:
        if execution.status == "Pending" and now >= execution.due:
            _start(account, execution)
        if execution.job is not None and execution.status not in _FINAL:
            _follow(account, execution)


def next_due(account: Account) -> Iterator[float]:
    """When the executions that wait will start."""
    return (each.due for each in account.executions if each.status == "Pending")


def _open(account: Account, schedule: Schedule) -> None:
    """Of several that were missed, only the last is made up for."""
    now, length = account.clock(), account.durations.hour
    cron = _cron(schedule.config)
    if cron is None:
        scheduled, delay, schedule.due = now, 0.0, None
    else:
        hour = cron.before(_hour_of(account, now) + 1)
        scheduled, delay = hour * length, account.durations.monitoring
        schedule.due = cron.after(hour) * length
    start, end = _window(account, schedule, cron, scheduled)
    account.executions.append(
        Execution(schedule, schedule.config, scheduled, start, end, scheduled + delay, now, now)
    )


def _window(
    account: Account, schedule: Schedule, cron: Cron | None, scheduled: float
) -> tuple[float, float]:
    """What was asked for, or else all since the time before."""
    length = account.durations.hour
    start, end = offsets(schedule.config["ScheduleConfig"])
    if start is not None and end is not None:
        return scheduled + start * length, scheduled + end * length
    hour = _hour_of(account, scheduled)
    return (cron.before(hour) if cron else hour - 1) * length, scheduled


def _start(account: Account, execution: Execution) -> None:
    try:
        definition = definitions.unfold(account, execution.config)
        found = _captured(account, execution)
        if found:
            body = _body(account, execution, definition, found)
            chosen = {name: urls for name, (_, urls) in _named(found)}
            arn = execution.schedule.arn
            execution.job = processing.start(account, body, arn, chosen)
    except Refusal as refusal:
        _fail(account, execution, refusal.message)
    else:
        if not found:
            _fail(account, execution, _NO_DATA)


def _fail(account: Account, execution: Execution, reason: str) -> None:
    execution.status, execution.failure = "Failed", reason
    execution.modified = account.clock()


def _follow(account: Account, execution: Execution) -> None:
    """An execution's status is its job's, and more than that where there are violations."""
    job = execution.job
    if job is None:
        return
    status = job.status
    if status == "Completed" and (job.message or "").startswith("CompletedWithViolations"):
        status = "CompletedWithViolations"
    if status != execution.status:
        execution.status, execution.failure = status, job.failure
        execution.modified = account.clock()


def _captured(account: Account, execution: Execution) -> Mapping[str, list[str]]:
    """The capture files of the window, by the folder that they are in."""
    base = captured_at(account, execution.schedule.endpoint)
    if base is None:
        return {}
    place = f"{base.rstrip('/')}/{execution.schedule.endpoint}/"
    found: dict[str, list[str]] = {}
    for url in account.find_objects(place):
        named = _FILE.fullmatch(url.removeprefix(place))
        if named and execution.start <= _time_of(*named.groups()[1:]) < execution.end:
            found.setdefault(place + named[1], []).append(url)
    return dict(sorted(found.items()))


def _time_of(hour: str, *parts: str | None) -> float:
    """When a capture file was begun; of a file with a name of its own, its hour."""
    minutes, seconds, milliseconds = (int(part or 0) for part in parts)
    begun = datetime.strptime(hour, "%Y/%m/%d/%H").replace(tzinfo=UTC).timestamp()
    return begun + minutes * 60 + seconds + milliseconds / 1000


def _named(found: Mapping[str, list[str]]) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    for number, (folder, urls) in enumerate(found.items(), start=1):
        yield f"endpoint_input_{number}", (folder, urls)


def _body(
    account: Account,
    execution: Execution,
    definition: Params,
    found: Mapping[str, list[str]],
) -> Params:
    """The processing job, as CreateProcessingJob takes it."""
    schedule = execution.schedule
    source = definition["MonitoringInputs"][0]["EndpointInput"]
    target = definition["MonitoringOutputConfig"]["MonitoringOutputs"][0]["S3Output"]
    specification = definition["MonitoringAppSpecification"]
    scheduled = datetime.fromtimestamp(execution.scheduled, UTC)
    scripts = _scripts(specification)
    baseline = _baseline(account, definition.get("BaselineConfig", {}))
    folders = [(name, folder) for name, (folder, _) in _named(found)]
    base = folders[0][1].rsplit(f"/{schedule.endpoint}/", 1)[0]
    environment = {
        "publish_cloudwatch_metrics": "Enabled",
        **definition.get("Environment", {}),
        **{variable: f"{path}/{_file(url)}" for variable, url, path in (*scripts, *baseline)},
        "dataset_format": _FORMAT,
        "dataset_source": source["LocalPath"],
        "output_path": target["LocalPath"],
        "start_time": iso(execution.start),
        "end_time": iso(execution.end),
        "monitoring_input_type": "ENDPOINT_INPUT",
        "sagemaker_endpoint_name": schedule.endpoint,
        "sagemaker_monitoring_schedule_name": schedule.name,
    }
    inputs = [
        *((variable, url, path) for variable, url, path in (*baseline, *scripts)),
        *((name, url, source["LocalPath"] + url.removeprefix(base)) for name, url in folders),
    ]
    kept = ("NetworkConfig", "StoppingCondition", "RoleArn")
    return {
        "ProcessingJobName": f"data-quality-monitoring-{scheduled:%Y%m%d%H%M}-{_fresh(account)}",
        "ProcessingInputs": [_input(*each) for each in inputs],
        "ProcessingOutputConfig": _output(account, schedule, definition, scheduled),
        "ProcessingResources": definition["MonitoringResources"],
        "AppSpecification": {
            name: value for name, value in specification.items() if not name.endswith("SourceUri")
        },
        "Environment": environment,
        **{name: definition[name] for name in kept if name in definition},
    }


def _baseline(account: Account, config: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    """Variable, URL and folder of the baseline's files: as given, or of the job that made them."""
    found = {}
    if "BaseliningJobName" in config:
        job = processing.find(account, config["BaseliningJobName"])
        base = job.body["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].rstrip("/")
        found = {"Constraints": f"{base}/constraints.json", "Statistics": f"{base}/statistics.json"}
    for kind in ("Constraints", "Statistics"):
        if "S3Uri" in config.get(f"{kind}Resource", {}):
            found[kind] = config[f"{kind}Resource"]["S3Uri"]
    folders = {"Constraints": f"{_BASELINE}/constraints", "Statistics": f"{_BASELINE}/stats"}
    return [(f"baseline_{kind.lower()}", url, folders[kind]) for kind, url in found.items()]


def _scripts(specification: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    """Variable, URL and folder of the user's scripts."""
    scripts = (
        ("record_preprocessor_script", "RecordPreprocessorSourceUri"),
        ("post_analytics_processor_script", "PostAnalyticsProcessorSourceUri"),
    )
    return [
        (variable, specification[member], f"{_CODE}/{variable}")
        for variable, member in scripts
        if member in specification
    ]


def _input(name: str, url: str, path: str) -> Params:
    source = {
        "S3Uri": url,
        "LocalPath": path,
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _output(
    account: Account, schedule: Schedule, definition: Params, scheduled: datetime
) -> Params:
    config = definition["MonitoringOutputConfig"]
    target = config["MonitoringOutputs"][0]["S3Output"]
    base = f"{target['S3Uri'].rstrip('/')}/{schedule.endpoint}/{schedule.name}"
    place = f"{base}/{scheduled:%Y/%m/%d/%H}"
    if account.durations.hour < _HOUR:
        place = f"{place}/{scheduled:%M-%S}"
    sent = {
        "S3Uri": place,
        "LocalPath": target["LocalPath"],
        "S3UploadMode": target.get("S3UploadMode", "Continuous"),
    }
    result = {"OutputName": "result", "S3Output": sent, "AppManaged": False}
    return {"Outputs": [result], **present(KmsKeyId=config.get("KmsKeyId"))}


def _summary(execution: Execution) -> Params:
    job, schedule = execution.job, execution.schedule
    return {
        "MonitoringScheduleName": schedule.name,
        "ScheduledTime": execution.scheduled,
        "CreationTime": execution.created,
        "LastModifiedTime": execution.modified,
        "MonitoringExecutionStatus": execution.status,
        "EndpointName": schedule.endpoint,
        "MonitoringType": schedule.kind,
        **present(
            ProcessingJobArn=job.arn if job else None,
            FailureReason=execution.failure,
            MonitoringJobDefinitionName=execution.config.get("MonitoringJobDefinitionName"),
        ),
    }


def _cron(config: Mapping[str, Any]) -> Cron | None:
    """None for NOW."""
    expression: str = config["ScheduleConfig"]["ScheduleExpression"]
    return None if expression == crons.NOW else read_cron(expression)


def _hour_of(account: Account, time: float) -> int:
    return int(time / account.durations.hour + _SLACK)


def _fresh(account: Account) -> str:
    return f"{account.random.getrandbits(96):024x}"


def _file(url: str) -> str:
    return url.rsplit("/", 1)[-1]


OPERATIONS: Operations = {"ListMonitoringExecutions": list_monitoring_executions}
