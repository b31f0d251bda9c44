"""Monitoring schedules as boto3 sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

Watch = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]


def described(cloud: Rehearsal, name: str = "Hourly") -> Any:  # noqa: ANN401  boto3's own types
    return cloud.control.describe_monitoring_schedule(MonitoringScheduleName=name)


def due(cloud: Rehearsal, name: str = "hourly") -> float | None:
    account = cloud.service.account
    return account.schedules[account.arn("monitoring-schedule", name)].due


def test_a_schedule_is_described(cloud: Rehearsal, watch: Watch) -> None:
    arn = watch(cloud, "Hourly")
    found = described(cloud)
    assert found["MonitoringScheduleArn"] == arn
    assert arn.endswith(":monitoring-schedule/hourly")
    assert found["MonitoringScheduleStatus"] == "Scheduled"
    assert found["EndpointName"] == "Live"
    assert found["MonitoringType"] == "DataQuality"
    assert found["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"] == "rows"
    assert "LastMonitoringExecutionSummary" not in found


def test_a_schedule_stops_starts_and_goes(cloud: Rehearsal, watch: Watch, refused: Refused) -> None:
    watch(cloud)
    name = {"MonitoringScheduleName": "hourly"}
    cloud.control.stop_monitoring_schedule(**name)
    assert (described(cloud)["MonitoringScheduleStatus"], due(cloud)) == ("Stopped", None)
    cloud.control.start_monitoring_schedule(**name)
    assert described(cloud)["MonitoringScheduleStatus"] == "Scheduled"
    assert due(cloud) is not None
    cloud.control.delete_monitoring_schedule(**name)
    for call in (
        cloud.control.describe_monitoring_schedule,
        cloud.control.start_monitoring_schedule,
        cloud.control.delete_monitoring_schedule,
    ):
        assert refused(lambda call=call: call(**name))[0] == "ResourceNotFound"  # type: ignore[misc]


def test_a_schedule_changes_its_time_but_stays_stopped(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    config = described(cloud)["MonitoringScheduleConfig"]
    config["ScheduleConfig"]["ScheduleExpression"] = "cron(0 0 ? * * *)"
    change = {"MonitoringScheduleName": "Hourly", "MonitoringScheduleConfig": config}
    before = due(cloud)
    cloud.control.update_monitoring_schedule(**change)
    after = due(cloud)
    assert before is not None
    assert after is not None
    assert after > before
    assert after % 86400 == 0
    cloud.control.stop_monitoring_schedule(MonitoringScheduleName="Hourly")
    cloud.control.update_monitoring_schedule(**change)
    assert (described(cloud)["MonitoringScheduleStatus"], due(cloud)) == ("Stopped", None)


def test_schedules_are_listed_by_what_they_watch(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud, "one")
    cloud.pass_time(1)
    watch(cloud, "two")
    cloud.control.stop_monitoring_schedule(MonitoringScheduleName="one")

    def names(**options: Any) -> list[str]:  # noqa: ANN401  boto3's own types
        found = cloud.control.list_monitoring_schedules(**options)["MonitoringScheduleSummaries"]
        return [row["MonitoringScheduleName"] for row in found]

    assert names() == ["two", "one"]
    assert names(SortBy="Status", SortOrder="Ascending") == ["two", "one"]
    assert names(StatusEquals="Stopped") == ["one"]
    assert names(EndpointName="Live", MonitoringJobDefinitionName="rows", NameContains="w") == [
        "two"
    ]
    assert names(EndpointName="other") == names(MonitoringTypeEquals="ModelBias") == []


def test_a_monitored_endpoint_cannot_be_deleted(
    cloud: Rehearsal, watch: Watch, refused: Refused
) -> None:
    watch(cloud)
    code, message = refused(lambda: cloud.control.delete_endpoint(EndpointName="Live"))
    assert code == "ValidationException"
    assert "Hourly" in message
    cloud.control.delete_monitoring_schedule(MonitoringScheduleName="Hourly")
    cloud.control.delete_endpoint(EndpointName="Live")
    cloud.pass_time(0)
    assert cloud.control.list_endpoints()["Endpoints"] == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"ScheduleExpression": "rate(1 hour)"}, "Invalid ScheduleExpression 'rate(1 hour)'"),
        ({"ScheduleExpression": "NOW"}, "NOW needs a DataAnalysisStartTime"),
        ({"DataAnalysisStartTime": "-PT1H"}, "must be given together"),
        ({"DataAnalysisStartTime": "-PT25H", "DataAnalysisEndTime": "-PT0H"}, "24 hours"),
        ({"DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT1H"}, "precede"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    cloud: Rehearsal, watch: Watch, refused: Refused, when: dict[str, str], words: str
) -> None:
    code, message = refused(lambda: watch(cloud, **when))
    assert code == "ValidationException"
    assert words in message


def test_what_a_schedule_needs_must_be_there(
    cloud: Rehearsal, watch: Watch, serve: Callable[..., str], refused: Refused,
    definition_of: Callable[[str], dict[str, Any]],
) -> None:  # fmt: skip
    watch(cloud)
    assert refused(lambda: watch(cloud))[0] == "ResourceInUse"
    serve(cloud, "Unseen", "unseen")
    given = definition_of("Unseen")
    cloud.control.create_data_quality_job_definition(JobDefinitionName="unseen", **given)
    given["StoppingCondition"]["MaxRuntimeInSeconds"] = 3601
    cloud.control.create_data_quality_job_definition(JobDefinitionName="slow", **given)

    def create(**given: object) -> tuple[str, str]:
        config: Any = given
        return refused(
            lambda: cloud.control.create_monitoring_schedule(
                MonitoringScheduleName="other", MonitoringScheduleConfig=config
            )
        )

    hourly = {"ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"}}
    named = {"MonitoringJobDefinitionName": "rows", **hourly}
    assert "either MonitoringJobDefinitionName or" in create(**hourly)[1]
    assert "needs a ScheduleConfig" in create(MonitoringJobDefinitionName="rows")[1]
    assert "ModelBias is not modelled" in create(**named, MonitoringType="ModelBias")[1]
    for definition, words in (
        ("none", 'data-quality-job-definition/none".'),
        ("unseen", "Data capture is not enabled"),
        ("slow", "MaxRuntimeInSeconds is 3601"),
    ):
        assert words in create(**{**named, "MonitoringJobDefinitionName": definition})[1]
