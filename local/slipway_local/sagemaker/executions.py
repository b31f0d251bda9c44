"""Monitoring executions: each a processing job over what was captured in one window.

    hour ──► Pending ──captures are in S3──► InProgress ──► Completed, CompletedWithViolations,
                │                                           Failed, Stopped
                └──nothing was captured──► Failed: Job inputs had no data

What the job is, and what it reads, is in `analyses`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from slipway_local.sagemaker import analyses, crons, definitions, listing, processing
from slipway_local.sagemaker.account import Account, Execution, Schedule
from slipway_local.sagemaker.crons import Cron, read_cron
from slipway_local.sagemaker.errors import Refusal, invalid
from slipway_local.sagemaker.operations import Operations, Params, present

_FINAL = ("Completed", "CompletedWithViolations", "Failed", "Stopped")
_NO_DATA = "Job inputs had no data"


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
    return cron.after(account.hour_of(account.clock())) * account.durations.hour


def offsets(when: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A ScheduleConfig's window, in hours from the scheduled time; both or none. Raises Refusal."""
    names = ("DataAnalysisStartTime", "DataAnalysisEndTime")
    if not any(name in when for name in names):
        return None, None
    if not all(name in when for name in names):
        raise invalid(f"{' and '.join(names)} must be given together.")
    start, end = (crons.read_offset(when[name], name) for name in names)
    return start, end


def shift(definition: Mapping[str, Any]) -> tuple[float, float]:
    """How many hours the window's start and end are put back. Raises Refusal."""
    source = definition["MonitoringInputs"][0]["EndpointInput"]
    start, end = (
        abs(crons.read_offset(source[name], name)) if name in source else 0.0
        for name in ("StartTimeOffset", "EndTimeOffset")
    )
    return start, end


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
        hour = cron.before(account.hour_of(now) + 1)
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
    hour = account.hour_of(scheduled)
    return (cron.before(hour) if cron else hour - 1) * length, scheduled


def _start(account: Account, execution: Execution) -> None:
    try:
        definition = definitions.unfold(account, execution.config)
        earlier, later = (hours * account.durations.hour for hours in shift(definition))
        execution.start, execution.end = execution.start - earlier, execution.end - later
        found = analyses.found(account, execution, definition)
        if not all(found):
            raise invalid(_NO_DATA)
        inputs = [each for part in found for each in part]
        body = analyses.job(account, execution, definition, inputs)
        chosen = {each.name: each.urls for each in inputs}
        execution.job = processing.start(account, body, execution.schedule.arn, chosen)
    except Refusal as refusal:
        execution.status, execution.failure = "Failed", refusal.message
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


OPERATIONS: Operations = {"ListMonitoringExecutions": list_monitoring_executions}
