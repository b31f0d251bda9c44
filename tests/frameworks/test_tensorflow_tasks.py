"""TensorFlow's images as tasks on ECS: a real SavedModel in S3, asked over REST as on Fargate."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.environments import Environments
from slipway_local.images.registry import family_of

from tests.e2e.test_tasks import (
    container,
    define,
    ended,
    example,
    prepare,
    printed,
    run,
    task,
)
from tests.local.conftest import eventually
from tests.local.serving import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway_local.cloud import Cloud

DLC = "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference:2.20.0-cpu-py312-ec2"
MAKE = """
import tensorflow as tf
class Line(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def __call__(self, x):
        return {"y": tf.reduce_sum(x, 1)}
line = Line()
tf.saved_model.save(line, "1", signatures={"serving_default": line.__call__})
"""
SERVE = (
    "mkdir -p /tmp && tensorflow_model_server --port=8500 --rest_api_port=8501 "
    "--model_name=housing --model_base_path=s3://housing/models/housing"
)
SERVING = {"MODEL_NAME": "housing", "MODEL_BASE_PATH": "s3://housing/models"}
WAYS = [
    pytest.param({"image": DLC, "entryPoint": ["sh", "-c"], "command": [SERVE]}, id="by-command"),
    pytest.param(
        {
            "image": "tensorflow/serving:2.20.0",
            "command": [],
            "environment": [{"name": name, "value": SERVING[name]} for name in SERVING],
        },
        id="by-environment",
    ),
]


@pytest.fixture(scope="module")
def saved(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one version of a model."""
    folder = tmp_path_factory.mktemp("saved")
    python = Environments(images).provide(family_of(DLC).packages).python
    subprocess.run([python, "-I", "-c", MAKE], cwd=folder, check=True)  # noqa: S603 - our own
    return folder


@pytest.fixture(scope="module")
def running(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud with the model in its bucket."""
    with started(tmp_path_factory.mktemp("tensorflow"), time_scale=0.02) as found:
        prepare(found)
        s3 = found.client("s3")
        for path in saved.rglob("*"):
            if path.is_file():
                s3.upload_file(str(path), "housing", f"models/housing/{path.relative_to(saved)}")
        allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::housing*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam = found.client("iam")
        iam.put_role_policy(RoleName="task", PolicyName="models", PolicyDocument=document)
        yield found


def ask(url: str, body: object = None) -> tuple[int, Any]:
    """Status and document of an answer."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(url, data) as answer:  # noqa: S310 - our own
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.mark.parametrize("way", WAYS)
def test_a_task_serves_a_saved_model(running: Cloud, way: dict[str, Any]) -> None:
    ecs = running.client("ecs")
    define(ecs, "serving", container(**way, portMappings=[{"containerPort": 8501}]))
    arn = run(ecs, "serving")
    try:
        eventually(lambda: task(ecs, arn)["lastStatus"] in ("RUNNING", "STOPPED"), 240)
        eventually(lambda: any("Exporting" in line for line in printed(running, arn)), 60)
        (binding,) = task(ecs, arn)["containers"][0]["networkBindings"]
        base = f"http://{binding['bindIP']}:{binding['hostPort']}/v1/models"
        url = f"{base}/housing"
        eventually(lambda: ask(f"{url}:predict", {"instances": [[1, 2]]})[0] == 200, 60)
        status, answer = ask(f"{url}:predict", {"instances": [[1, 2], [3, 4]]})
        assert (status, answer) == (200, {"predictions": [3.0, 7.0]})
        status, answer = ask(url)
        assert (status, answer["model_version_status"][0]["state"]) == (200, "AVAILABLE")
        assert ask(f"{url}/versions/1")[1]["model_version_status"][0]["version"] == "1"
        assert ask(f"{url}/versions/2")[0] == 404
        assert ask(f"{base}/other")[0] == 404
        assert ask(f"{url}:predict", {"instances": [["x"]]})[0] == 400
        signature = ask(f"{url}/metadata")[1]["metadata"]["signature_def"]["signature_def"]
        (given,) = signature["serving_default"]["inputs"].values()
        assert given["dtype"] == "DT_FLOAT"
        assert [each["size"] for each in given["tensor_shape"]["dim"]] == ["-1", "2"]
    finally:
        ecs.stop_task(cluster="housing", task=arn)
    assert ended(ecs, arn)["containers"][0]["exitCode"] == 143


def test_the_example_of_fargate(running: Cloud, saved: Path, tmp_path: Path) -> None:
    request = json.dumps({"instances": [[1, 2]]})
    told = example(running, tmp_path, "tensorflow/serving:2.20.0", saved, request)
    assert json.loads("".join(told[:-1])) == {"predictions": [3.0]}
    assert told[-1] == "STOPPED UserInitiated predicted"


def test_a_model_that_is_not_there_ends_the_task(running: Cloud) -> None:
    ecs = running.client("ecs")
    environment = [{"name": "MODEL_BASE_PATH", "value": "s3://housing/nowhere"}]
    define(ecs, "empty", container(image="tensorflow/serving:2.20.0", command=[],
                                   environment=environment))  # fmt: skip
    arn = run(ecs, "empty")
    found = ended(ecs, arn)
    assert found["stopCode"] == "EssentialContainerExited"
    assert "Could not find base path" in printed(running, arn)[-1], [
        each.get("reason", each["exitCode"]) for each in found["containers"]
    ]
