"""examples/boto3, as they run on AWS: nothing but the endpoint's URL is another one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slipway.artifacts import choose, inspect

from tests.e2e.conftest import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
BUCKET = "chapter"


@pytest.fixture
def account(slipway: Any) -> Iterator[list[str]]:
    """A bucket, and a role that may read it."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    allowed = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    slipway.client("s3").create_bucket(Bucket=BUCKET)
    iam = slipway.client("iam")
    role = iam.create_role(RoleName=BUCKET, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=BUCKET, PolicyName="s3", PolicyDocument=json.dumps(allowed))
    yield [BUCKET, role["Role"]["Arn"]]
    s3 = slipway.stack.session.resource("s3").Bucket(BUCKET)
    s3.objects.all().delete()
    s3.delete()
    iam.delete_role_policy(RoleName=BUCKET, PolicyName="s3")
    iam.delete_role(RoleName=BUCKET)


def image(slipway: Any, archive: Path) -> str:
    return choose(inspect([archive.read_bytes()]), slipway.stack.session.region_name).uri


def run(example: str, *given: str | Path) -> list[str]:
    """What an example prints."""
    command = [sys.executable, EXAMPLES / "boto3" / example, *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    file = tmp_path / "request.csv"
    file.write_text("1,2")
    return file


def test_variants(
    slipway: Any, models: Any, account: list[str], tmp_path: Path, request_file: Path
) -> None:
    trees = slipway.archive(tmp_path / "trees.tar.gz", models.trees())
    told = run("variants.py", *account, image(slipway, trees), trees, trees, request_file)
    assert [line.split()[0] for line in told[:2]] == ["champion", "challenger"]
    both, even, one = told[2:]
    assert "champion" in both
    assert "challenger" in even
    assert one == "Counter({'challenger': 100})"


def test_many(
    slipway: Any, models: Any, account: list[str], tmp_path: Path, request_file: Path
) -> None:
    archives = [slipway.archive(tmp_path / f"{n}.tar.gz", models.trees()) for n in "abc"]
    told = run("many.py", *account, image(slipway, archives[0]), request_file, *archives)
    assert [line.split()[0] for line in told] == ["a.tar.gz", "b.tar.gz", "c.tar.gz"]
    assert all(290 < float(line.split()[1]) < 310 for line in told)


def test_a_pipeline(
    slipway: Any, account: list[str], tmp_path: Path, request_file: Path, monkeypatch: Any
) -> None:
    """PCA keeps both features less their mean of (1, 1); Linear Learner adds them, and ten."""
    monkeypatch.syspath_prepend(EXAMPLES / "housing")
    from train_linear_learner import parameters, save

    kept = {"mean": np.ones((1, 2)), "s": np.ones(2), "v": np.eye(2)}
    pca = slipway.archive(tmp_path / "pca.tar.gz", {"model_algo-1": parameters(kept)})
    save(tmp_path / "model_algo-1", np.ones((2, 1)), np.full((1, 1), 10.0))
    learned = (tmp_path / "model_algo-1").read_bytes()
    learner = slipway.archive(tmp_path / "learner.tar.gz", {"model_algo-1": learned})
    first, second = image(slipway, pca), image(slipway, learner)
    (answer,) = run("pipeline.py", *account, first, pca, second, learner, request_file)
    assert float(answer) == pytest.approx(11)
