"""What of an account outlives its process: all that was asked for, and what serves serves again."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker import keeping
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import JobScript, Script

Deploy = Callable[..., str]
SLOW = {"s3://models/two.tar.gz": Script(after=60)}


def restarted(cloud: Rehearsal, **options: Any) -> Rehearsal:  # noqa: ANN401
    """Another process with what was written down of this one."""
    made = Rehearsal(**options)
    made.clock.now = cloud.clock.now
    keeping.restore(made.service.account, keeping.written(cloud.service.account))
    return made


def status(cloud: Rehearsal, name: str = "live") -> str:
    return cloud.control.describe_endpoint(EndpointName=name)["EndpointStatus"]


def serves(cloud: Rehearsal, name: str = "live") -> bytes:
    answer = cloud.runtime.invoke_endpoint(EndpointName=name, Body=b"1", ContentType="text/csv")
    return answer["Body"].read()


def test_an_endpoint_is_under_maintenance_until_its_containers_run(
    cloud: Rehearsal, serve: Deploy
) -> None:
    serve(cloud, "live")
    after = restarted(cloud, scripts={"s3://models/one.tar.gz": Script(after=5)})
    assert status(after) == "SystemUpdating"
    after.pass_time(5)
    assert status(after) == "InService"
    assert serves(after) == b"1"
    told = [event["Detail"]["EndpointStatus"] for event in after.events]
    assert told == ["SYSTEM_UPDATING", "IN_SERVICE"]


def test_an_endpoint_whose_container_cannot_start_is_in_service_and_answers_so(
    cloud: Rehearsal, serve: Deploy
) -> None:
    serve(cloud, "live")
    after = restarted(cloud, scripts={"s3://models/one.tar.gz": Script(failure="no memory")})
    after.pass_time(0)
    assert status(after) == "InService"


def test_an_update_begins_anew_and_what_served_serves_meanwhile(
    serve: Deploy, configure: Deploy
) -> None:
    cloud = Rehearsal(scripts=SLOW)
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(30)
    after = restarted(cloud, scripts=SLOW)
    after.pass_time(59)
    assert (status(after), serves(after)) == ("Updating", b"1")
    after.pass_time(1)
    described = after.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "two")


def test_an_update_that_was_rolled_back_has_been(serve: Deploy, configure: Deploy) -> None:
    scripts = {"s3://models/two.tar.gz": Script(failure="broken")}
    cloud = Rehearsal(scripts=scripts, durations=Durations(rolling_back=60))
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(1)
    assert status(cloud) == "RollingBack"
    after = restarted(cloud, scripts=scripts)
    after.pass_time(0)
    described = after.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")


def test_a_first_version_that_was_coming_up_comes_up_and_one_that_failed_has(
    configure: Deploy,
) -> None:
    scripts = {**SLOW, "s3://models/bad.tar.gz": Script(failure="broken")}
    cloud = Rehearsal(scripts=scripts)
    for name in ("two", "bad"):
        configure(cloud, name)
        cloud.control.create_endpoint(EndpointName=name, EndpointConfigName=name)
    cloud.pass_time(1)
    after = restarted(cloud, scripts=scripts)
    assert (status(after, "two"), status(after, "bad")) == ("Creating", "Failed")
    after.pass_time(60)
    assert status(after, "two") == "InService"


def test_a_deletion_goes_on(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    cloud.control.delete_endpoint(EndpointName="live")
    after = restarted(cloud)
    after.pass_time(0)
    assert after.control.list_endpoints()["Endpoints"] == []


def test_weights_and_counts_that_were_changed_stay(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    wanted: Any = [{"VariantName": "AllTraffic", "DesiredWeight": 3.0, "DesiredInstanceCount": 2}]
    cloud.control.update_endpoint_weights_and_capacities(
        EndpointName="live", DesiredWeightsAndCapacities=wanted
    )
    cloud.pass_time(0)
    after = restarted(cloud)
    after.pass_time(0)
    (variant,) = after.control.describe_endpoint(EndpointName="live")["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["CurrentInstanceCount"]) == (3.0, 2)


def test_versions_of_packages_go_on_where_they_were(cloud: Rehearsal) -> None:
    cloud.control.create_model_package_group(ModelPackageGroupName="housing")
    asked: Any = {
        "ModelPackageGroupName": "housing",
        "ModelApprovalStatus": "Approved",
        "InferenceSpecification": {
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://models/one.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }
    cloud.control.create_model_package(**asked, ClientToken="t1")
    after = restarted(cloud)
    again = after.control.create_model_package(**asked, ClientToken="t1")["ModelPackageArn"]
    assert again.endswith("housing/1")
    assert after.control.create_model_package(**asked)["ModelPackageArn"].endswith("housing/2")


def test_a_schedule_runs_on_and_a_job_that_ran_has_failed(
    watch: Callable[..., str], process: Callable[..., str]
) -> None:
    cloud = Rehearsal(jobs={"sagemaker-model-monitor-analyzer": JobScript(after=600)})
    watch(cloud)
    cloud.pass_time(3 * 3600)
    process(cloud)
    before = cloud.control.list_monitoring_executions()["MonitoringExecutionSummaries"]
    after = restarted(cloud)
    after.pass_time(3600)
    listed = after.control.list_monitoring_executions()["MonitoringExecutionSummaries"]
    assert len(listed) == len(before) + 1
    job = after.control.describe_processing_job(ProcessingJobName="job")
    assert job["ProcessingJobStatus"] == "Failed"
    assert "embedded cloud ended" in job["FailureReason"]
    described = after.control.describe_monitoring_schedule(MonitoringScheduleName="Hourly")
    assert described["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"]


def test_what_another_version_wrote_is_refused(cloud: Rehearsal) -> None:
    with pytest.raises(ValueError, match="models"):
        keeping.restore(cloud.service.account, b'{"endpoints": []}')
