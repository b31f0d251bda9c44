"""The SageMaker SDKs v2 and v3 and the AWS CLI, unmodified, against the embedded cloud."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.environments import EnvironmentFailed, Environments

from tests.local.serving import IMAGE, ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_local.cloud import Cloud

PROGRAMS = Path(__file__).parent / "programs"
BOOSTED = Path(__file__).parents[3] / "shared/data/artifacts/xgboost-saved/xgboost-model"
TWICE = [[2.0, 4.0], [6.0, 8.0]]
SCRIPT = "{SAGEMAKER_PROGRAM=inference.py,SAGEMAKER_SUBMIT_DIRECTORY=/opt/ml/model/code}"
CONTAINER = f"Image={IMAGE},ModelDataUrl=s3://serving/models/two.tar.gz,Environment={SCRIPT}"


@pytest.fixture
def provide(images: Path) -> Callable[..., Path]:
    """The Python of an environment of these packages, made once; skips where they do not
    install."""

    def python(*packages: str) -> Path:
        try:
            return Environments(images).provide(packages).python
        except EnvironmentFailed as error:
            pytest.skip(f"{packages} do not install here: {error}")

    return python


def run(running: Cloud, folder: Path, *command: object) -> str:
    """What the command prints."""
    variables = {**running.environment, "HOME": str(folder), "SAGEMAKER_SUPPRESS_V2_WARNING": "1"}
    done = subprocess.run(  # noqa: S603 - our own programs
        [str(word) for word in command],
        cwd=folder,
        env={**variables, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answers(folder: Path) -> Any:  # noqa: ANN401 - whatever the program was answered
    return json.loads((folder / "answers.json").read_text())


def test_the_sdk_v2_deploys_and_asks_every_kind_of_endpoint_and_transforms(
    running: Cloud, provide: Callable[..., Path], tmp_path: Path
) -> None:
    if not BOOSTED.exists():
        pytest.skip(f"needs {BOOSTED}")
    python = provide("sagemaker==2.257.7")
    run(running, tmp_path, python, "-I", PROGRAMS / "sagemaker_v2.py", BOOSTED)
    found = answers(tmp_path)
    probabilities = found.pop("xgboost")
    assert sum(probabilities) == pytest.approx(1.0)
    assert probabilities[0] > 0.9
    assert found == {
        "sklearn": TWICE,
        "serverless": [[3.0, 6.0]],
        "asynchronous": [[[4.0, 8.0]], [[12.0, 16.0]]],
        "pipeline": [[10.0, 20.0]],
        "several": [["m2.tar.gz", "m3.tar.gz"], [[2.0, 4.0]], [[3.0, 6.0]]],
        "transform": "a,4.0\nb,8.0\nc,12.0\n",
        "pipeline_transform": "10.0,20.0\n30.0,40.0\n50.0,60.0\n",
    }


def test_the_sdk_v3_deploys_and_asks_every_kind_of_endpoint(
    running: Cloud, provide: Callable[..., Path], tmp_path: Path
) -> None:
    python = provide("sagemaker-core==2.27.0")
    run(running, tmp_path, python, "-I", PROGRAMS / "sagemaker_v3.py")
    assert answers(tmp_path) == {
        "one": TWICE,
        "pipeline": [[4.0, 8.0], [12.0, 16.0]],
        "several": TWICE,
        "asynchronous": TWICE,
    }


@pytest.fixture
def aws(running: Cloud, provide: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    """Run the AWS CLI; what it answers."""
    python = provide("awscli==1.46.3")

    def call(*words: str) -> Any:  # noqa: ANN401 - whatever it prints
        told = run(running, tmp_path, python, "-I", python.with_name("aws"), *words)
        return json.loads(told) if told else None

    return call


def test_the_cli_transforms(aws: Callable[..., Any], tmp_path: Path) -> None:
    aws("sagemaker", "create-model", "--model-name=cli-batch", f"--execution-role-arn={ROLE}",
        f"--primary-container={CONTAINER}")  # fmt: skip
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    aws("s3api", "put-object", "--bucket=serving", "--key=cli/rows.csv", "--body=rows.csv")
    data = "DataSource={S3DataSource={S3DataType=S3Prefix,S3Uri=s3://serving/cli/}}"
    named = ("--transform-job-name", "cli-batch")
    aws("sagemaker", "create-transform-job", *named, "--model-name=cli-batch",
        "--transform-input", f"{data},ContentType=text/csv,SplitType=Line",
        "--transform-output", "S3OutputPath=s3://serving/cli-out,Accept=text/csv",
        "--transform-resources", "InstanceType=ml.m5.large,InstanceCount=1")  # fmt: skip
    aws("sagemaker", "wait", "transform-job-completed-or-stopped", *named)
    [job] = aws("sagemaker", "list-transform-jobs", "--name-contains=cli")["TransformJobSummaries"]
    assert (job["TransformJobName"], job["TransformJobStatus"]) == ("cli-batch", "Completed")
    aws("s3api", "get-object", "--bucket=serving", "--key=cli-out/rows.csv.out", "rows.out")
    assert (tmp_path / "rows.out").read_text() == "2.0,4.0\n6.0,8.0\n"


def test_the_cli_deploys_asks_scales_and_deletes(aws: Callable[..., Any], tmp_path: Path) -> None:
    variant = "VariantName=v,ModelName=cli,InstanceType=ml.m5.large,InitialInstanceCount=1"
    place = (
        "--service-namespace=sagemaker",
        "--resource-id=endpoint/cli/variant/v",
        "--scalable-dimension=sagemaker:variant:DesiredInstanceCount",
    )
    named = ("--endpoint-name", "cli")
    sagemaker, scaling = "sagemaker", "application-autoscaling"
    aws(sagemaker, "create-model", "--model-name=cli", f"--execution-role-arn={ROLE}",
        f"--primary-container={CONTAINER}")  # fmt: skip
    aws(sagemaker, "create-endpoint-config", "--endpoint-config-name=cli",
        "--production-variants", variant)  # fmt: skip
    aws(sagemaker, "create-endpoint", *named, "--endpoint-config-name=cli")
    aws(sagemaker, "wait", "endpoint-in-service", *named)
    (tmp_path / "rows.csv").write_text("1,2\n3,4")
    aws("sagemaker-runtime", "invoke-endpoint", *named, "--body=fileb://rows.csv",
        "--content-type=text/csv", "--accept=application/json", "answers.json")  # fmt: skip
    assert answers(tmp_path) == TWICE
    aws(scaling, "register-scalable-target", *place, "--min-capacity=1", "--max-capacity=3")
    (target,) = aws(scaling, "describe-scalable-targets", "--service-namespace=sagemaker")[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 3)
    aws(scaling, "deregister-scalable-target", *place)
    aws(sagemaker, "update-endpoint-weights-and-capacities", *named,
        "--desired-weights-and-capacities", "VariantName=v,DesiredInstanceCount=2")  # fmt: skip
    aws(sagemaker, "wait", "endpoint-in-service", *named)
    aws(sagemaker, "delete-endpoint", *named)
    aws(sagemaker, "wait", "endpoint-deleted", *named)
