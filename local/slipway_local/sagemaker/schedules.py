"""Monitoring schedules: create, update, describe, list, start, stop, delete.

    Pending ──► Scheduled ◄──StartMonitoringSchedule──┐
                    └────────StopMonitoringSchedule──►Stopped

Each change passes through Pending, until the next call or tick. What a schedule runs is in
`executions`.
"""

from collections.abc import Iterator
from typing import Any

from slipway_local.sagemaker import analyses, crons, definitions, endpoints, executions, listing
from slipway_local.sagemaker.account import Account, Schedule
from slipway_local.sagemaker.errors import in_use, invalid, missing
from slipway_local.sagemaker.operations import Operations, Params, present

_KIND = "monitoring-schedule"
_LONGEST_WINDOW = 24


def create_monitoring_schedule(account: Account, params: Params) -> Params:
    name, config = params["MonitoringScheduleName"], params["MonitoringScheduleConfig"]
    arn = account.arn(_KIND, name)
    if arn in account.schedules:
        raise in_use(f"Monitoring schedule {arn} already exists.")
    endpoint = _check(account, config)
    now = account.clock()
    schedule = Schedule(name, arn, now, now, config, definitions.kind_of(config), endpoint)
    schedule.due = executions.first_due(account, schedule)
    account.schedules[arn] = schedule
    account.tag(arn, params.get("Tags", []))
    return {"MonitoringScheduleArn": arn}


def update_monitoring_schedule(account: Account, params: Params) -> Params:
    """A schedule that is stopped stays so."""
    schedule = find(account, params["MonitoringScheduleName"])
    config = params["MonitoringScheduleConfig"]
    schedule.endpoint = _check(account, config)
    schedule.config = config
    schedule.kind = definitions.kind_of(config)
    if schedule.wanted == "Scheduled":
        schedule.due = executions.first_due(account, schedule)
    _want(account, schedule, schedule.wanted)
    return {"MonitoringScheduleArn": schedule.arn}


def describe_monitoring_schedule(account: Account, params: Params) -> Params:
    schedule = find(account, params["MonitoringScheduleName"])
    last = executions.last(account, schedule)
    return {
        **present(LastMonitoringExecutionSummary=last),
        **_identity(schedule),
        "MonitoringScheduleConfig": schedule.config,
        "EndpointName": schedule.endpoint,
        "MonitoringType": schedule.kind,
    }


def list_monitoring_schedules(account: Account, params: Params) -> Params:
    rows = [_summary(schedule) for schedule in account.schedules.values()]
    chosen = [row for row in rows if _chosen(row, params)]
    name = "MonitoringScheduleName"
    return listing.page("MonitoringScheduleSummaries", chosen, params, name=name)


def start_monitoring_schedule(account: Account, params: Params) -> Params:
    schedule = find(account, params["MonitoringScheduleName"])
    if schedule.wanted != "Scheduled":
        schedule.due = executions.first_due(account, schedule)
        _want(account, schedule, "Scheduled")
    return {}


def stop_monitoring_schedule(account: Account, params: Params) -> Params:
    """An execution that runs goes on."""
    schedule = find(account, params["MonitoringScheduleName"])
    schedule.due = None
    _want(account, schedule, "Stopped")
    return {}


def delete_monitoring_schedule(account: Account, params: Params) -> Params:
    """Its executions go on, and stay listed."""
    schedule = find(account, params["MonitoringScheduleName"])
    del account.schedules[schedule.arn]
    del account.tags[schedule.arn]
    return {}


def find(account: Account, name: str) -> Schedule:
    """Raises Refusal: ResourceNotFound."""
    arn = account.arn(_KIND, name)
    if arn not in account.schedules:
        raise missing("monitoring schedule", arn)
    return account.schedules[arn]


def advance(account: Account) -> None:
    """Let every schedule become what it was told to be, and start what is due."""
    for schedule in account.schedules.values():
        schedule.status = schedule.wanted
    executions.advance(account)


def next_due(account: Account) -> Iterator[float]:
    """When the schedules are due, and what they have begun."""
    yield from (each.due for each in account.schedules.values() if each.due is not None)
    yield from executions.next_due(account)


def _want(account: Account, schedule: Schedule, status: str) -> None:
    schedule.wanted, schedule.status = status, "Pending"
    schedule.modified = account.clock()


def _check(account: Account, config: Params) -> str:
    """The endpoint that the configuration monitors. Raises Refusal."""
    definition = definitions.unfold(account, config)
    definitions.check(definition)
    executions.shift(definition)
    period = _check_time(config)
    longest = definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 0)
    if longest > period * 3600:
        raise invalid(
            f"MaxRuntimeInSeconds is {longest}: it must not exceed the schedule's period of "
            f"{period * 3600:g} seconds."
        )
    endpoint = endpoints.find(account, definitions.endpoint_of(definition))
    if analyses.destination(account, endpoint.name) is None:
        raise invalid(f'Data capture is not enabled for endpoint "{endpoint.arn}".')
    return endpoint.name


def _check_time(config: Params) -> float:
    """The hours from one execution to the next. Raises Refusal."""
    when = config.get("ScheduleConfig")
    if when is None:
        raise invalid("MonitoringScheduleConfig needs a ScheduleConfig.")
    start, end = executions.offsets(when)
    expression = when["ScheduleExpression"]
    if expression == crons.NOW and start is None:
        raise invalid("NOW needs a DataAnalysisStartTime and a DataAnalysisEndTime.")
    if start is not None and end is not None and not 0 < end - start <= _LONGEST_WINDOW:
        raise invalid(
            "DataAnalysisStartTime must precede DataAnalysisEndTime by no more than 24 hours."
        )
    return _LONGEST_WINDOW if expression == crons.NOW else crons.read_cron(expression).every


def _identity(schedule: Schedule) -> Params:
    return {
        "MonitoringScheduleName": schedule.name,
        "MonitoringScheduleArn": schedule.arn,
        "MonitoringScheduleStatus": schedule.status,
        "CreationTime": schedule.created,
        "LastModifiedTime": schedule.modified,
    }


def _summary(schedule: Schedule) -> Params:
    return {
        **_identity(schedule),
        "EndpointName": schedule.endpoint,
        "MonitoringType": schedule.kind,
        **present(MonitoringJobDefinitionName=schedule.config.get("MonitoringJobDefinitionName")),
    }


def _chosen(row: Params, params: Params) -> bool:
    wanted: dict[str, Any] = {
        "EndpointName": params.get("EndpointName"),
        "MonitoringJobDefinitionName": params.get("MonitoringJobDefinitionName"),
        "MonitoringScheduleStatus": params.get("StatusEquals"),
        "MonitoringType": params.get("MonitoringTypeEquals"),
    }
    return all(value in (None, row.get(name)) for name, value in wanted.items())


OPERATIONS: Operations = {
    "CreateMonitoringSchedule": create_monitoring_schedule,
    "UpdateMonitoringSchedule": update_monitoring_schedule,
    "DescribeMonitoringSchedule": describe_monitoring_schedule,
    "ListMonitoringSchedules": list_monitoring_schedules,
    "StartMonitoringSchedule": start_monitoring_schedule,
    "StopMonitoringSchedule": stop_monitoring_schedule,
    "DeleteMonitoringSchedule": delete_monitoring_schedule,
}
