"""Which images a task's container may have."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import pytest
from slipway_local.images.custom import NAME
from slipway_local.images.environments import Environment, Environments
from slipway_local.images.registry import FAMILIES, UnknownImage
from slipway_local.images.task_images import Standing, standing

ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


class Made:
    """Environments that are there already."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def provide(self, packages: Any, _extra: object = None) -> Environment:  # noqa: ANN401
        self.asked.append(packages)
        return Environment(Path(sys.executable))


def found(image: str, project: Path | None = None) -> tuple[Standing, list[Any]]:
    made = Made()
    return standing(project, image, cast("Environments", made), FAMILIES), made.asked


@pytest.mark.parametrize(
    ("image", "version"),
    [
        (f"{ECR}/tensorflow-inference:2.20.0-cpu-py312-ubuntu22.04-ec2", "2.20.0"),
        ("tensorflow/serving:2.19.0", "2.19.0"),
        ("docker.io/tensorflow/serving:2.8", "2.8.4"),
        ("tensorflow/serving:2.19.0-gpu", "2.19.0"),
        ("tensorflow/serving", "2.20.0"),
        ("tensorflow/serving:latest", "2.20.0"),
    ],
)
def test_images_of_tensorflow_bring_its_server(image: str, version: str, tmp_path: Path) -> None:
    stands, asked = found(image)
    assert asked == [(f"tensorflow-cpu=={version}",)]
    assert stands.entry_point == ("tf_serving_entrypoint.sh",)
    assert stands.overhead
    stands.lay_out(tmp_path / "root")
    commands = {path.name for path in (tmp_path / "root" / "usr" / "bin").iterdir()}
    assert commands == {"tensorflow_model_server", "tf_serving_entrypoint.sh"}


def test_other_images_of_the_catalogue_are_their_packages() -> None:
    stands, asked = found(f"{ECR}/sagemaker-scikit-learn:1.2-1-cpu-py3")
    assert "scikit-learn==1.2.1" in asked[0]
    assert (stands.entry_point, stands.command) == ((), ())


def test_an_image_of_ones_own_is_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(f"a:1:\n  command: [x]\n  python: {sys.executable}\n")
    stands, asked = found("1.dkr.ecr.us-east-1.amazonaws.com/a:1", tmp_path)
    assert (stands.command, asked) == (("x",), [])


@pytest.mark.parametrize("image", ["nginx:latest", "tensorflow/serving:9.9"])
def test_other_images_are_not_known(image: str) -> None:
    with pytest.raises(UnknownImage, match="is not known here"):
        found(image)
