"""Which family an image URI belongs to."""

from pathlib import Path

import pytest
from slipway.artifacts.images import families, images_of
from slipway_local.images.registry import FAMILIES, PROGRAMS, UnknownImage, family_of, program_of

DRIFT_PINS = Path(__file__).parents[3] / "layers/drift/requirements.txt"
US = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
CHINA = "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (f"{US}/sagemaker-scikit-learn:1.2-1-cpu-py3", "sagemaker-scikit-learn:1.2-1"),
        (f"{CHINA}/sagemaker-scikit-learn:1.2-1-cpu-py3", "sagemaker-scikit-learn:1.2-1"),
        (f"{US}/sagemaker-scikit-learn:1.4-2-py312-cpu-py3", "sagemaker-scikit-learn:1.4-2"),
        (f"{US}/sagemaker-scikit-learn:1.9-0", "sagemaker-scikit-learn:1.9-0"),
        (f"{US}/sagemaker-xgboost:1.7-1", "sagemaker-xgboost:1.7-1"),
        ("sagemaker-xgboost:3.0-5", "sagemaker-xgboost:3.0-5"),
        (f"{US}/linear-learner:1", "linear-learner:1"),
        (f"{US}/semantic-segmentation:1", "semantic-segmentation:1"),
        (f"{US}/mxnet-inference:1.9.0-cpu-py38", "mxnet-inference:1.9.0"),
        (f"{US}/sagemaker-mxnet-serving:1.4.0-cpu-py3", "sagemaker-mxnet-serving:1.4.0"),
        (f"{US}/tensorflow-inference:2.20.0-cpu-py312", "tensorflow-inference:2.20.0"),
        (f"{US}/pytorch-inference:2.6.0-cpu-py312", "pytorch-inference:2.6.0"),
        (
            f"{US}/huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04",
            "huggingface-pytorch-inference:2.6.0-transformers4.51.3",
        ),
    ],
)
def test_account_region_and_suffix_do_not_matter(image: str, name: str) -> None:
    assert family_of(image).name == name


@pytest.mark.parametrize(
    "image",
    [
        f"{US}/sagemaker-xgboost:1.7-11",
        f"{US}/sagemaker-xgboost:1.7",
        f"{US}/sagemaker-xgboost",
        f"{US}/sagemaker-xgboost@sha256:{'0' * 64}",
        f"{US}/my-sagemaker-xgboost:1.7-1",
        "",
    ],
)
def test_what_is_not_known_is_told_with_what_is(image: str) -> None:
    with pytest.raises(UnknownImage) as refusal:
        family_of(image)
    assert repr(image) in str(refusal.value)
    if image.startswith(f"{US}/sagemaker-xgboost") and "@" not in image:
        assert "known: sagemaker-xgboost with the tags 0.90-1, 0.90-2, 1.0-1" in str(refusal.value)
    else:
        assert all(family.repository in str(refusal.value) for family in FAMILIES)


def test_every_pin_is_exact() -> None:
    for family in FAMILIES:
        for package in family.packages + family.script_packages:
            name, version = package.split("==")
            assert name
            assert version


@pytest.mark.parametrize(
    "image",
    [
        "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer",
        "453000072557.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-model-monitor-analyzer:latest",
        "sagemaker-model-monitor-analyzer@sha256:0",
    ],
)
def test_a_program_is_told_by_its_repository_alone(image: str) -> None:
    assert program_of(image).module == "monitor.model_monitor"


def test_an_image_that_runs_no_job_is_told_what_does() -> None:
    with pytest.raises(UnknownImage, match=r"'mine:1' .* known: sagemaker-model-monitor-analyzer"):
        program_of("mine:1")


def test_the_analyzer_has_the_packages_of_the_drift_layer() -> None:
    pinned = {line.partition(" ")[0] for line in DRIFT_PINS.read_text().splitlines()}
    [analyzer] = [each for each in PROGRAMS if each.brings == "slipway_drift"]
    assert set(analyzer.packages) <= pinned


def test_every_image_that_the_inspector_chooses_is_served_here_or_said_not_to_be() -> None:
    chosen = [image for family in families() for image in images_of(family)]
    names = {f"{image.repository}:{tag}" for image in chosen for tag in image.tags.values()}
    beyond = {name for name in names if not is_served(name)}
    assert {name.partition(":")[0] for name in beyond} == {
        "huggingface-tensorflow-inference",
        "sagemaker-scikit-learn",
    }
    for name in beyond:
        with pytest.raises(UnknownImage, match=f"AWS has {name} and can serve this, but this"):
            family_of(f"account/{name}")


def is_served(name: str) -> bool:
    try:
        return bool(family_of(f"account/{name}"))
    except UnknownImage:
        return False
