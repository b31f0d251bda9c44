"""Each hour's execution: when it runs, over what, and how it ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.jobs import Ending
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import JobScript

Watch = Callable[..., str]

ANALYZER = "sagemaker-model-monitor-analyzer"

HOUR = START - START % 3600 + 3600  # the first after the clock's start
VIOLATED = "CompletedWithViolations: Job completed successfully with 3 violations."


def ask(cloud: Rehearsal) -> None:
    cloud.runtime.invoke_endpoint(EndpointName="Live", Body=b"1,2", ContentType="text/csv")


def executions(cloud: Rehearsal, **options: Any) -> list[Any]:  # noqa: ANN401  boto3's types
    found: Any = cloud.control.list_monitoring_executions(**options)
    return list(found["MonitoringExecutionSummaries"])


def test_an_execution_runs_when_its_hour_is_in_s3(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    ask(cloud)
    cloud.pass_time(HOUR - START - 1)
    assert not executions(cloud)
    cloud.pass_time(1)
    [pending] = executions(cloud)
    assert pending["MonitoringExecutionStatus"] == "Pending"
    assert pending["ScheduledTime"] == datetime.fromtimestamp(HOUR, UTC)
    cloud.pass_time(120)
    [done] = executions(cloud)
    assert done["MonitoringExecutionStatus"] == "Completed"
    assert done["EndpointName"] == "Live"
    assert done["MonitoringJobDefinitionName"] == "rows"
    name = done["ProcessingJobArn"].rsplit("/", 1)[-1]
    job = cloud.control.describe_processing_job(ProcessingJobName=name)
    assert job["MonitoringScheduleArn"].endswith("/hourly")
    last = cloud.control.describe_monitoring_schedule(MonitoringScheduleName="Hourly")
    assert last["LastMonitoringExecutionSummary"] == done


@pytest.mark.parametrize(
    ("ending", "status", "reason"),
    [
        (Ending(0, VIOLATED), "CompletedWithViolations", None),
        (Ending(0, "Completed: well"), "Completed", None),
        (Ending(255, "oh"), "Failed", "AlgorithmError: oh, exit code: 255"),
        (Ending(255, VIOLATED), "Failed", f"AlgorithmError: {VIOLATED}, exit code: 255"),
    ],
)
def test_an_execution_ends_as_its_job_and_its_message_say(
    watch: Watch, ending: Ending, status: str, reason: str | None
) -> None:
    cloud = Rehearsal(jobs={ANALYZER: JobScript(ending, after=30)})
    watch(cloud)
    ask(cloud)
    cloud.pass_time(HOUR - START + 121)
    assert executions(cloud, StatusEquals="InProgress")
    cloud.pass_time(30)
    [done] = executions(cloud)
    assert (done["MonitoringExecutionStatus"], done.get("FailureReason")) == (status, reason)


def test_an_hour_without_requests_has_no_data(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    ask(cloud)
    cloud.pass_time(HOUR - START + 3600 + 121)
    later, earlier = executions(cloud)
    assert earlier["MonitoringExecutionStatus"] == "Completed"
    assert later["MonitoringExecutionStatus"] == "Failed"
    assert later["FailureReason"] == "Job inputs had no data"
    assert "ProcessingJobArn" not in later
    assert len(cloud.runner.runs) == 1


def test_hours_that_were_slept_through_are_made_up_for_once(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    cloud.clock.now = HOUR + 5 * 3600 + 1
    cloud.service.tick()
    [made_up] = executions(cloud)
    assert made_up["ScheduledTime"] == datetime.fromtimestamp(HOUR + 5 * 3600, UTC)
    cloud.pass_time(3600)
    assert len(executions(cloud)) == 2


def test_now_runs_once_and_at_once(cloud: Rehearsal, watch: Watch) -> None:
    now = {"DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT0H"}
    watch(cloud, "before", ScheduleExpression="cron(0 0 ? * * *)")
    ask(cloud)
    cloud.pass_time(600)
    watch(cloud, "Once", ScheduleExpression="NOW", **now)
    cloud.pass_time(0)
    [done] = executions(cloud, MonitoringScheduleName="Once")
    assert done["MonitoringExecutionStatus"] == "Completed"
    assert done["ScheduledTime"] == datetime.fromtimestamp(START + 600, UTC)
    cloud.pass_time(7200)
    assert len(executions(cloud, MonitoringScheduleName="Once")) == 1


def test_what_was_deleted_is_still_listed(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    ask(cloud)
    cloud.pass_time(HOUR - START + 121)
    cloud.control.delete_monitoring_schedule(MonitoringScheduleName="Hourly")
    cloud.pass_time(7200)
    assert len(executions(cloud, MonitoringScheduleName="Hourly")) == 1
    assert executions(cloud, MonitoringScheduleName="other") == []


def test_what_the_definition_was_deleted_of_fails(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    ask(cloud)
    cloud.pass_time(HOUR - START)
    cloud.control.delete_monitoring_schedule(MonitoringScheduleName="Hourly")
    cloud.control.delete_data_quality_job_definition(JobDefinitionName="rows")
    cloud.pass_time(120)
    [failed] = executions(cloud)
    assert (failed["MonitoringExecutionStatus"], "rows" in failed["FailureReason"]) == (
        "Failed",
        True,
    )


def test_executions_come_by_time_and_in_pages(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    cloud.pass_time(3 * 3600)
    times = [each["ScheduledTime"] for each in executions(cloud, SortBy="ScheduledTime")]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3
    pages = cloud.control.get_paginator("list_monitoring_executions").paginate(
        PaginationConfig={"PageSize": 1}
    )
    found = [each for page in pages for each in page["MonitoringExecutionSummaries"]]
    assert [each["ScheduledTime"] for each in found] == times
    since = executions(cloud, ScheduledTimeAfter=times[1], SortBy="Status")
    assert {each["ScheduledTime"] for each in since} == set(times[:2])


def test_an_hour_is_as_long_as_the_clock_says(watch: Watch) -> None:
    cloud = Rehearsal(durations=Durations(capturing=0.6, hour=36, monitoring=1.2))
    watch(cloud)
    for _ in range(4):
        ask(cloud)
        cloud.pass_time(36)
    times = [each["ScheduledTime"].timestamp() for each in executions(cloud)]
    assert [first - second for first, second in pairwise(times)] == [36.0] * 3
    assert all(time % 36 == 0 for time in times)
    chosen = [run.job.sources[-1].chosen for run in cloud.runner.runs]
    assert [len(urls or ()) for urls in chosen] == [1] * len(chosen)
    assert len({url for urls in chosen for url in urls or ()}) == len(chosen) >= 3
    filed = [
        run.job.sinks[0].url.removeprefix("s3://reports/of/Live/") for run in cloud.runner.runs
    ]
    first = datetime.fromtimestamp(HOUR, UTC)
    hours = (first + timedelta(hours=number) for number in range(len(filed)))
    assert filed == [f"Hourly/{hour:%Y/%m/%d/%H}" for hour in hours]
