"""A batch deployment is proven, run, timed and deleted, through the handlers."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from slipway.domain.errors import LookAgain

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
BATCH = f"image: {IMAGE}\ntarget: {{type: batch}}\n"
FOLDER = "batches/housing/"
URL = f"s3://slipway-123456789012-eu-west-1/{FOLDER}"


class Bucket(dict[str, bytes]):
    """What SageMaker sees of the objects in S3, and writes to them, by their URLs."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world

    def __setitem__(self, url: str, body: bytes) -> None:
        self._world.upload(url.split("/", 3)[3], body)

    def __getitem__(self, url: str) -> bytes:
        return self.copy()[url]

    def __iter__(self) -> Iterator[str]:
        return iter(self.copy())

    def __contains__(self, url: object) -> bool:
        return url in self.copy()

    def copy(self) -> dict[str, bytes]:
        return {f"{URL}{name}": body for name, body in self._world.files(FOLDER).items()}


@pytest.fixture(autouse=True)
def _shared(world: "World", call: "Call") -> None:
    del call
    world.sagemaker.objects = Bucket(world)


def finish(world: "World") -> None:
    """Let what runs come to its end."""
    world.sagemaker.pass_time(600)


@pytest.fixture
def released(world: "World", call: "Call", advance: "Advance") -> "World":
    """A batch deployment that has something to run."""
    world.upload_model(manifest=f"{BATCH}batch: {{on: upload, every: 24h}}\n")
    world.upload(f"{FOLDER}in/a.csv", b"1,2\n3,4\n")
    assert call("run_batch", advance("RunBatch")).endswith(" answers 1 probes")
    finish(world)
    assert call("run_batch", advance("RunBatch")) == "a sample of a.csv was answered"
    announced = advance("Announce")
    assert announced["reason"] == "version 1 answers files; a sample of a.csv was answered"
    with pytest.raises(LookAgain):
        call("announce", announced)
    return world


def test_a_run_starts_ends_and_is_told(released: "World", call: "Call", advance: "Advance") -> None:
    assert call("run_batch", advance("RunBatch")).startswith("run 1: slipway-housing-")
    assert call("announce", advance("Announce")) == "Released"
    finish(released)
    told = call("run_batch", advance("RunBatch", "release-2"))
    assert told == "run 1: Completed: 1 of 1 objects were answered, 2 rows in and out"
    assert {"1/a.csv.out", "1/run.json"} == released.files(f"{FOLDER}out/").keys()


def test_its_schedule_starts_releases_that_are_told_of_a_run(released: "World") -> None:
    found = released.aws.client("scheduler").get_schedule(Name="slipway-housing.batch")
    due = "<aws.scheduler.scheduled-time>"
    wish = {"type": "run", "due": due}
    assert json.loads(found["Target"]["Input"]) == {"deployment": "housing", "wish": wish}


def test_a_run_is_stopped_when_its_deployment_goes(
    released: "World", call: "Call", advance: "Advance"
) -> None:
    call("run_batch", advance("RunBatch"))
    call("announce", advance("Announce"))
    stops = advance("RunBatch", "release-2", {"type": "delete"})
    assert call("run_batch", stops).startswith("stop of slipway-housing-")
    finish(released)
    told = call("run_batch", advance("RunBatch", "release-2"))
    assert told.startswith("run 1: Stopped")


def test_a_sample_that_is_not_answered_is_told_in_the_container_s_words(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    from slipway_local.sagemaker.scripted import Script, constant

    answer = constant(b"no number", status=500)
    world.sagemaker.launcher.scripts = {IMAGE: Script(answer=answer)}
    world.upload_model(manifest=BATCH)
    world.upload(f"{FOLDER}in/a.csv", b"1,2\n")
    call("run_batch", advance("RunBatch"))
    finish(world)
    logs = world.aws.client("logs")
    logs.create_log_group(logGroupName="/aws/sagemaker/TransformJobs")
    now = int(time.time() * 1000)  # what is older than two weeks is not taken
    for (group, stream), lines in world.sagemaker.logs.items():
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": now, "message": line} for line in lines]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    told = call("run_batch", advance("RunBatch"))
    assert told.startswith("a sample of a.csv: status 500: AlgorithmError: ")
    assert "1.csv: Bad HTTP status received from algorithm: 500 no number" in told
