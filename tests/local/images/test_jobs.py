"""Processing jobs as processes: the analyzer itself, in an environment of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.jobs import ProcessRunner
from slipway_local.images.processes import DEFAULT_BOUNDS
from slipway_local.images.transfers import Objects
from slipway_local.sagemaker.jobs import Ending, Job, Sink, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway_local.images.slipway_container.confinement import Bounds

    from tests.local.images.conftest import Dock

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
INPUT, OUTPUT = "/opt/ml/processing/input/data", "/opt/ml/processing/output"
BASELINE = {
    "dataset_format": '{"csv": {"header": true}}',
    "dataset_source": INPUT,
    "output_path": OUTPUT,
}


class Bench:
    """Runs jobs on what is in `dock.store`."""

    def __init__(self, dock: Dock, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self.dock, self.store = dock, dock.store
        self.store["s3://b/data/train.csv"] = b"price,rooms\n" + b"1.5,2\n" * 50
        self.runner = ProcessRunner(
            dock.home, Objects(self.store.__getitem__, self.find, self.put), bounds=bounds
        )

    def find(self, prefix: str) -> list[str]:
        return [url for url in self.store if url.startswith(prefix)]

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.store[f"s3://{bucket}/{key}"] = body

    def job(self, **changes: Any) -> Job:  # noqa: ANN401 - a job's own members
        usual = {
            "name": "job",
            "image": ANALYZER,
            "command": (),
            "environment": BASELINE,
            "sources": (Source("s3://b/data/", INPUT),),
            "sinks": (Sink("s3://b/out", OUTPUT),),
            "config": {"ProcessingJobName": "job"},
        }
        return Job(**(usual | changes))

    def ended(self, **changes: Any) -> Ending:  # noqa: ANN401 - a job's own members
        run = self.runner.run(self.job(**changes))
        ending = run.wait(300)
        assert ending is not None
        return ending

    def left(self) -> list[str]:
        """Folders of containers that are still there."""
        return [path.name for path in (self.dock.home / "containers").glob("*/*")]


@pytest.fixture
def bench(dock: Dock) -> Iterator[Bench]:
    bench = Bench(dock)
    yield bench
    bench.runner.stop()


def test_a_baseline_goes_from_s3_to_s3(bench: Bench) -> None:
    ending = bench.ended()
    assert ending == Ending(0, "Completed: Job completed successfully with no violations.")
    statistics = json.loads(bench.store["s3://b/out/statistics.json"])
    assert statistics["dataset"]["item_count"] == 50
    constraints = json.loads(bench.store["s3://b/out/constraints.json"])
    assert [each["name"] for each in constraints["features"]] == ["price", "rooms"]
    assert not bench.left()


def test_a_monitoring_run_leaves_violations_and_metrics(bench: Bench) -> None:
    bench.ended()
    bench.store["s3://b/now/data.csv"] = b"price,rooms\n" + b"x,2\n" * 50
    sources = (
        Source("s3://b/now/", INPUT),
        Source("s3://b/out/constraints.json", "/opt/ml/processing/baseline/constraints"),
        Source("s3://b/out/statistics.json", "/opt/ml/processing/baseline/stats"),
    )
    environment = {
        **BASELINE,
        "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
        "baseline_statistics": "/opt/ml/processing/baseline/stats/statistics.json",
        "end_time": "2023-11-14T23:00:00Z",
        "publish_cloudwatch_metrics": "Enabled",
        "sagemaker_endpoint_name": "Live",
        "sagemaker_monitoring_schedule_name": "Hourly",
        "start_time": "2023-11-14T22:00:00Z",
    }
    sinks = (Sink("s3://b/report", OUTPUT, continuous=True),)
    ending = bench.ended(sources=sources, environment=environment, sinks=sinks)
    assert ending.message.startswith("CompletedWithViolations: Job completed successfully with 1 ")
    [violation] = json.loads(bench.store["s3://b/report/constraint_violations.json"])["violations"]
    assert violation["constraint_check_type"] == "data_type_check"
    assert "s3://b/report/report.html" in bench.store
    rooms = next(each for each in ending.metrics if each["MetricName"] == "feature_data_rooms")
    assert rooms["StatisticValues"]["SampleCount"] == 50
    assert rooms["Timestamp"] == "2023-11-14T23:00:00Z"
    assert rooms["Dimensions"] == [
        {"Name": "Endpoint", "Value": "Live"},
        {"Name": "MonitoringSchedule", "Value": "Hourly"},
    ]


def test_a_job_that_lacks_a_variable_says_which(bench: Bench) -> None:
    ending = bench.ended(environment={})
    assert (ending.code, ending.message) == (255, "'dataset_source'")
    assert not [url for url in bench.store if "/out" in url]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image": "mine:1"}, "image 'mine:1' runs no processing job here"),
        ({"command": ("python3", "x.py")}, "give it no ContainerEntrypoint"),
        ({"sources": (Source("s3://b/none", INPUT),)}, "No S3 objects found"),
        ({"sources": (Source("s3://b/data/", "/etc"),)}, "LocalPath is '/etc'"),
        ({"sinks": (Sink("s3://b/out", "/etc"),)}, "LocalPath is '/etc'"),
    ],
)
def test_a_job_that_cannot_run_says_why(bench: Bench, changes: dict[str, Any], words: str) -> None:
    ending = bench.ended(**changes)
    assert ending.failure.startswith("ClientError: ")
    assert words in ending.failure
    assert not bench.left()


def test_a_job_that_is_too_large_ends_alone(dock: Dock) -> None:
    bounds = DEFAULT_BOUNDS.__class__(memory=64 << 20, processes=64, files=64, file_size=1 << 20)
    ending = Bench(dock, bounds).ended()
    assert ending.code
    assert ending.message


def test_a_stopped_job_ends_at_once_and_leaves_nothing(bench: Bench) -> None:
    bench.store["s3://b/data/train.csv"] = b"a,b,c\n" + b"1.5,2.5,3.5\n" * 3_000_000
    run = bench.runner.run(bench.job())
    assert bench.dock.eventually(run.began)
    run.stop()
    ending = run.wait(20)
    assert ending is not None
    assert ending.code == 128 + 9
    assert not [url for url in bench.store if "/out" in url]
    assert not bench.left()


def test_what_s3_does_not_take_fails_the_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no such bucket")

    monkeypatch.setattr(
        bench.runner, "_objects", Objects(bench.store.__getitem__, bench.find, refuse)
    )
    assert bench.ended().failure == "InternalServerError: OSError: no such bucket"
