"""The SageMaker SDKs v2 and v3 and the AWS CLI, unmodified, against the embedded cloud."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.environments import EnvironmentFailed, Environments

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_local.cloud import Cloud

PROGRAMS = Path(__file__).parent / "programs"
BOOSTED = Path(__file__).parents[3] / "shared/data/artifacts/xgboost-saved/xgboost-model"
TWICE = [[2.0, 4.0], [6.0, 8.0]]


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


def test_the_sdk_v2_deploys_and_asks_every_kind_of_endpoint(
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


def test_the_cli_deploys_asks_scales_and_deletes(
    running: Cloud, provide: Callable[..., Path], tmp_path: Path
) -> None:
    python = provide("awscli==1.46.3")

    def aws(*words: str) -> Any:  # noqa: ANN401 - whatever it prints
        told = run(running, tmp_path, python, "-I", python.with_name("aws"), *words)
        return json.loads(told) if told else None

    role = "arn:aws:iam::000000000000:role/serving"
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    scripted = "{SAGEMAKER_PROGRAM=inference.py,SAGEMAKER_SUBMIT_DIRECTORY=/opt/ml/model/code}"
    container = f"Image={image},ModelDataUrl=s3://serving/models/two.tar.gz,Environment={scripted}"
    variant = "VariantName=v,ModelName=cli,InstanceType=ml.m5.large,InitialInstanceCount=1"
    place = (
        "--service-namespace=sagemaker",
        "--resource-id=endpoint/cli/variant/v",
        "--scalable-dimension=sagemaker:variant:DesiredInstanceCount",
    )
    named = ("--endpoint-name", "cli")
    sagemaker, scaling = "sagemaker", "application-autoscaling"
    aws(sagemaker, "create-model", "--model-name=cli", f"--execution-role-arn={role}",
        f"--primary-container={container}")  # fmt: skip
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
