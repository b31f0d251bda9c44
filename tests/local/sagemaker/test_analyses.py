"""The processing job of an execution: what it reads, what it is told, where it writes."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.jobs import Job, Sink, Source
from slipway_local.sagemaker.rehearsal import START, Rehearsal

Watch = Callable[..., str]

ANALYZER = "sagemaker-model-monitor-analyzer"

HOUR = START - START % 3600 + 3600
SEEN = "s3://seen/by/Live/AllTraffic"
ENDPOINT = "/opt/ml/processing/input/endpoint"


def run(cloud: Rehearsal, *names: str) -> Job | None:
    """The job that the first hour starts where these capture files are there."""
    for name in names:
        cloud.objects[f"{SEEN}/{name}"] = b""
    cloud.pass_time(HOUR - START + 121)
    return cloud.runner.runs[0].job if cloud.runner.runs else None


def test_the_job_is_the_definitions_over_the_hours_captures(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud)
    name = "2023/11/14/22/13-20-000-x.jsonl"
    job = run(
        cloud, name, "2023/11/14/23/00-00-000-later.jsonl", "2023/11/14/21/59-59-999-old.jsonl"
    )
    assert job is not None
    assert job.image == ANALYZER
    assert job.sources == [
        Source("s3://baselines/constraints.json", "/opt/ml/processing/baseline/constraints"),
        Source("s3://baselines/statistics.json", "/opt/ml/processing/baseline/stats"),
        Source("s3://code/pre.py", "/opt/ml/processing/code/record_preprocessor_script"),
        Source(
            f"{SEEN}/2023/11/14/22",
            f"{ENDPOINT}/Live/AllTraffic/2023/11/14/22",
            chosen=[f"{SEEN}/{name}"],
        ),
    ]
    report = "s3://reports/of/Live/Hourly/2023/11/14/23"
    assert job.sinks == [Sink(report, "/opt/ml/processing/output", continuous=True)]
    assert job.environment == {
        "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
        "baseline_statistics": "/opt/ml/processing/baseline/stats/statistics.json",
        "dataset_format": '{"sagemakerCaptureJson":{"captureIndexNames":'
        '["endpointInput","endpointOutput"]}}',
        "dataset_source": ENDPOINT,
        "end_time": "2023-11-14T23:00:00Z",
        "mine": "1",
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": "/opt/ml/processing/output",
        "publish_cloudwatch_metrics": "Disabled",
        "record_preprocessor_script": "/opt/ml/processing/code/record_preprocessor_script/pre.py",
        "sagemaker_endpoint_name": "Live",
        "sagemaker_monitoring_schedule_name": "Hourly",
        "start_time": "2023-11-14T22:00:00Z",
    }
    assert job.config["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800}
    assert job.name.startswith("data-quality-monitoring-202311142300-")
    assert len(job.name) <= 63


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("2023/11/14/22/00-00-000-x.jsonl", True),
        ("2023/11/14/22/59-59-999-x.jsonl", True),
        ("2023/11/14/22/named-by-someone-else.jsonl", True),
        ("2023/11/14/23/00-00-000-x.jsonl", False),
        ("2023/11/14/22/deeper/00-00-000-x.jsonl", False),
        ("elsewhere.jsonl", False),
    ],
)
def test_a_window_is_told_by_the_names_of_files(
    cloud: Rehearsal, watch: Watch, name: str, taken: bool
) -> None:
    watch(cloud)
    assert (run(cloud, name) is not None) == taken


def test_each_variant_and_hour_is_an_input(cloud: Rehearsal, watch: Watch) -> None:
    watch(cloud, "two", DataAnalysisStartTime="-PT2H", DataAnalysisEndTime="-PT0H")
    cloud.objects["s3://seen/by/Live/Other/2023/11/14/22/00-00-000-o.jsonl"] = b""
    cloud.objects["s3://seen/by/Lively/AllTraffic/2023/11/14/22/00-00-000-o.jsonl"] = b""
    names = [
        f"2023/11/14/{hour}/00-00-00{number}-x.jsonl" for hour in (21, 22) for number in (1, 2)
    ]
    job = run(cloud, *names)
    assert job is not None
    captured = [source for source in job.sources if source.chosen]
    assert [(source.url, len(source.chosen or ())) for source in captured] == [
        (f"{SEEN}/2023/11/14/21", 2),
        (f"{SEEN}/2023/11/14/22", 2),
        ("s3://seen/by/Live/Other/2023/11/14/22", 1),
    ]


def test_a_definition_may_come_with_the_schedule(
    cloud: Rehearsal, watch: Watch, process: Callable[..., str]
) -> None:
    watch(cloud)
    output = {"S3Uri": "s3://made", "LocalPath": "/opt/ml/processing/o", "S3UploadMode": "EndOfJob"}
    outputs = {"Outputs": [{"OutputName": "o", "S3Output": output}]}
    process(cloud, "baseline", ProcessingOutputConfig=outputs)
    found: Any = cloud.control.describe_data_quality_job_definition(JobDefinitionName="rows")
    inline: Any = {
        "BaselineConfig": {"BaseliningJobName": "baseline"},
        "MonitoringInputs": [found["DataQualityJobInput"]],
        "MonitoringOutputConfig": found["DataQualityJobOutputConfig"],
        "MonitoringResources": found["JobResources"],
        "MonitoringAppSpecification": {"ImageUri": ANALYZER},
        "RoleArn": found["RoleArn"],
    }
    config: Any = {
        "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
        "MonitoringJobDefinition": inline,
    }
    cloud.control.create_monitoring_schedule(
        MonitoringScheduleName="Inline", MonitoringScheduleConfig=config
    )
    cloud.objects[f"{SEEN}/2023/11/14/22/00-00-000-x.jsonl"] = b""
    cloud.pass_time(HOUR - START + 121)
    [job] = [run.job for run in cloud.runner.runs if "/Inline/" in str(run.job.sinks)]
    assert job.environment["publish_cloudwatch_metrics"] == "Enabled"
    assert [source.url for source in job.sources[:2]] == [
        "s3://made/constraints.json", "s3://made/statistics.json",
    ]  # fmt: skip


def test_an_image_of_ones_own_keeps_its_command(
    cloud: Rehearsal, watch: Watch, definition_of: Callable[[str], dict[str, Any]]
) -> None:
    watch(cloud)
    given = definition_of("Live")
    given["DataQualityAppSpecification"] = {"ImageUri": "mine", "ContainerEntrypoint": ["run"]}
    del given["DataQualityBaselineConfig"]
    cloud.control.create_data_quality_job_definition(JobDefinitionName="mine", **given)
    cloud.control.update_monitoring_schedule(
        MonitoringScheduleName="Hourly",
        MonitoringScheduleConfig={
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
            "MonitoringJobDefinitionName": "mine",
        },
    )
    job = run(cloud, "2023/11/14/22/00-00-000-x.jsonl")
    assert job is not None
    assert (job.image, job.command, len(job.sources)) == ("mine", ["run"], 1)


def test_model_quality_is_judged_with_the_truth_that_came_since(
    cloud: Rehearsal, watch: Watch, definition_of: Callable[[str], dict[str, Any]]
) -> None:
    watch(cloud)
    model_quality(cloud, definition_of)
    place = "s3://truths/of"
    for hour in ("2023/11/14/21", "2023/11/14/22", "2023/11/15/03"):
        cloud.objects[f"{place}/{hour}/t.jsonl"] = b""
    cloud.objects[f"{place}/other"] = b""
    cloud.objects[f"{SEEN}/2023/11/14/22/59-59-000-x.jsonl"] = b""
    cloud.pass_time(HOUR - START + 3600 + 121)
    [job] = [run.job for run in cloud.runner.runs if "/Quality/" in str(run.job.sinks)]
    assert job.name.startswith("model-quality-monitoring-202311150000-")
    assert job.sources[-1] == Source(
        "s3://truths/of/",
        "/opt/ml/processing/groundtruth",
        chosen=[f"{place}/2023/11/14/22/t.jsonl", f"{place}/2023/11/15/03/t.jsonl"],
    )
    assert job.environment["start_time"] == "2023-11-14T22:00:00Z"
    told = ("analysis_type", "problem_type", "ground_truth_source", "probability_attribute")
    assert [job.environment[name] for name in told] == [
        "MODEL_QUALITY", "BinaryClassification", "/opt/ml/processing/groundtruth", "0",
    ]  # fmt: skip
    assert job.environment["probability_threshold_attribute"] == "0.7"
    assert "inference_attribute" not in job.environment


def test_without_truth_there_is_no_data(
    cloud: Rehearsal, watch: Watch, definition_of: Callable[[str], dict[str, Any]]
) -> None:
    watch(cloud)
    model_quality(cloud, definition_of)
    cloud.objects[f"{SEEN}/2023/11/14/22/59-59-000-x.jsonl"] = b""
    cloud.pass_time(HOUR - START + 3600 + 121)
    found = cloud.control.list_monitoring_executions(MonitoringTypeEquals="ModelQuality")
    reasons = {each.get("FailureReason") for each in found["MonitoringExecutionSummaries"]}
    assert reasons == {"Job inputs had no data"}


def model_quality(cloud: Rehearsal, definition_of: Callable[[str], dict[str, Any]]) -> None:
    """Watch the quality of the endpoint Live, an hour late, with the schedule Quality."""
    data = definition_of("Live")
    source = {
        **data["DataQualityJobInput"]["EndpointInput"],
        "ProbabilityAttribute": "0",
        "ProbabilityThresholdAttribute": 0.7,
        "StartTimeOffset": "-PT1H",
        "EndTimeOffset": "-PT1H",
    }
    given: Any = {
        "ModelQualityAppSpecification": {
            "ImageUri": ANALYZER,
            "ProblemType": "BinaryClassification",
        },
        "ModelQualityJobInput": {
            "EndpointInput": source,
            "GroundTruthS3Input": {"S3Uri": "s3://truths/of"},
        },
        "ModelQualityJobOutputConfig": data["DataQualityJobOutputConfig"],
        "JobResources": data["JobResources"],
        "RoleArn": data["RoleArn"],
    }
    cloud.control.create_model_quality_job_definition(JobDefinitionName="quality", **given)
    config: Any = {
        "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
        "MonitoringJobDefinitionName": "quality",
        "MonitoringType": "ModelQuality",
    }
    cloud.control.create_monitoring_schedule(
        MonitoringScheduleName="Quality", MonitoringScheduleConfig=config
    )
