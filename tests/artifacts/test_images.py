"""The image of an artifact: the right version, region, processor and way to start, or a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slipway.artifacts import Inspection, Member, NoImage, choose
from slipway.artifacts.images import _table, images_of, numbers, processor_of, uri

REGIONS = (
    "us-east-1",
    "eu-west-1",
    "ap-southeast-4",
    "il-central-1",
    "cn-north-1",
    "us-gov-west-1",
)


def artifact(kind: str, version: str = "", **facts: Any) -> Inspection:  # noqa: ANN401
    name = facts.pop("model_file", "model.bin")
    members = tuple(Member(each, 1, "0" * 64) for each in facts.pop("names", (name,)))
    return Inspection(
        sha256="0" * 64,
        size=1,
        unpacked=1,
        members=members,
        kind=kind,
        framework_version=version,
        model_file=name,
        **facts,
    )


def tag(inspection: Inspection, instance_type: str = "ml.m5.large") -> str:
    choice = choose(inspection, "us-east-1", instance_type=instance_type)
    return choice.uri.partition("/")[2]


VERSIONS = {
    ("sklearn", "1.2.2"): "sagemaker-scikit-learn:1.2-1-cpu-py3",
    ("sklearn", "1.3.0"): "sagemaker-scikit-learn:1.4-2-py312-cpu-py3",
    ("sklearn", "1.4.2"): "sagemaker-scikit-learn:1.4-2-py312-cpu-py3",
    ("sklearn", "1.7.1"): "sagemaker-scikit-learn:1.9-0-cpu-py3",
    ("sklearn", "0.20.4"): "sagemaker-scikit-learn:0.20.0-cpu-py3",
    ("sklearn", "0.22.1"): "sagemaker-scikit-learn:0.23-1-cpu-py3",
    ("sklearn", ""): "sagemaker-scikit-learn:1.9-0-cpu-py3",
    ("xgboost", "0.90"): "sagemaker-xgboost:0.90-2-cpu-py3",
    ("xgboost", "1.0.2"): "sagemaker-xgboost:1.0-1-cpu-py3",
    ("xgboost", "1.1.0"): "sagemaker-xgboost:1.7-1",
    ("xgboost", "1.7.6"): "sagemaker-xgboost:1.7-1",
    ("xgboost", "2.1.4"): "sagemaker-xgboost:3.0-5",
    ("xgboost", "3.0.2"): "sagemaker-xgboost:3.0-5",
    ("xgboost", "3.1.0"): "sagemaker-xgboost:3.2-0",
    ("tensorflow", "1.9.0"): "tensorflow-inference:1.15.5-cpu",
    ("tensorflow", "2.13.1"): "tensorflow-inference:2.13.0-cpu",
    ("tensorflow", "2.15.0"): "tensorflow-inference:2.20.0-cpu-py312",
    ("huggingface", "4.49.0"): "huggingface-pytorch-inference:"
    "2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04",
    ("torchscript", ""): "pytorch-inference:2.6.0-cpu-py312",
    ("linear-learner", "1.3.1"): "linear-learner:1",
    ("pca", ""): "pca:1",
    ("sparkml", "0.9.6"): "sagemaker-sparkml-serving:3.3",
    ("object-detection", "1.4.0"): "object-detection:1",
}


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_file_meets_an_image_of_its_version_or_a_later_one(kind: str, version: str) -> None:
    assert tag(artifact(kind, version)) == VERSIONS[kind, version]


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("xgboost", "3.3.0"),
        ("xgboost", "4.0.0"),
        ("sklearn", "0.24.2"),
        ("sklearn", "1.10.0"),
        ("tensorflow", "2.21.0"),
        ("huggingface", "4.57.0"),
    ],
)
def test_no_older_image_is_ever_chosen(kind: str, version: str) -> None:
    with pytest.raises(NoImage, match="train or save the model again"):
        choose(artifact(kind, version), "us-east-1")


@pytest.mark.parametrize("kind", ["keras", "onnx", "safetensors", "unknown"])
def test_kinds_without_an_image_say_what_would_do(kind: str) -> None:
    with pytest.raises(NoImage) as refused:
        choose(artifact(kind), "us-east-1")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("kind", "repository"),
    [
        ("lightgbm", "sagemaker-scikit-learn"),
        ("catboost", "sagemaker-scikit-learn"),
        ("onnx", "sagemaker-scikit-learn"),
        ("keras", "sagemaker-scikit-learn"),
        ("unknown", "sagemaker-scikit-learn"),
        ("safetensors", "pytorch-inference"),
    ],
)
def test_a_script_serves_what_has_no_image(kind: str, repository: str) -> None:
    found = choose(artifact(kind, "4.6.0", entry_point="code/inference.py"), "us-east-1")
    assert f"/{repository}:" in found.uri
    assert found.default_script is None
    assert found.environment == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }


@pytest.mark.parametrize("kind", ["lightgbm", "catboost"])
def test_a_default_script_serves_what_has_no_image(kind: str) -> None:
    found = choose(artifact(kind, "4.6.0", model_file="model.any"), "us-east-1")
    assert "/sagemaker-scikit-learn:" in found.uri
    assert found.default_script == kind
    assert found.environment == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SLIPWAY_MODEL_FILE": "model.any",
    }


def test_mxnet_of_before_1_0_is_read_by_the_first_image() -> None:
    assert tag(artifact("mxnet", "0.11.0", entry_point="code/inference.py")) == (
        "sagemaker-mxnet-serving:1.4.0-cpu-py3"
    )


def test_an_xgboost_file_of_3_1_never_meets_an_older_image() -> None:
    for patch in range(6):
        for minor in (1, 2):
            chosen = tag(artifact("xgboost", f"3.{minor}.{patch}"))
            assert chosen == "sagemaker-xgboost:3.2-0"


def test_processors_choose_their_tags() -> None:
    tensorflow = artifact("tensorflow", "2.14.1")
    assert tag(tensorflow, "ml.g5.xlarge") == "tensorflow-inference:2.14.1-gpu"
    assert tag(tensorflow, "ml.c7g.large") == (
        "tensorflow-inference-graviton:2.14.1-cpu-py310-ubuntu20.04-sagemaker"
    )
    assert tag(artifact("sklearn", "1.0.2"), "ml.m6gd.large") == (
        "sagemaker-scikit-learn:1.0-1-arm64-cpu-py3"
    )
    assert tag(artifact("sklearn", "1.4.2"), "ml.p3.2xlarge").endswith("1.4-2-py312-cpu-py3")


def test_what_an_instance_cannot_run_is_refused() -> None:
    with pytest.raises(NoImage, match="compiled for its accelerator"):
        choose(artifact("sklearn", "1.2.1"), "us-east-1", instance_type="ml.inf1.xlarge")
    with pytest.raises(NoImage, match=r"ml\.c6g\.large"):
        choose(artifact("pca"), "us-east-1", instance_type="ml.c6g.large")
    with pytest.raises(NoImage):
        choose(artifact("sklearn", "1.4.2"), "us-east-1", instance_type="ml.c6g.large")


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(NoImage, match="moon-1"):
        choose(artifact("pca"), "moon-1")


def test_every_commercial_china_and_government_region_is_known() -> None:
    regions = set(images_of("sklearn")[0].accounts)
    assert {"us-east-1", "us-west-2", "eu-central-1", "sa-east-1", "ap-northeast-1"} <= regions
    assert {"cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"} <= regions
    assert not any(region.startswith("us-iso") for region in regions)
    assert choose(artifact("pca"), "cn-north-1").uri.startswith(
        "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/"
    )


def test_a_default_script_is_supplied_only_where_there_is_none() -> None:
    choice = choose(artifact("sklearn", "1.4.2", model_file="clf.joblib"), "us-east-1")
    assert choice.default_script == "sklearn"
    assert choice.environment == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SLIPWAY_MODEL_FILE": "clf.joblib",
    }
    pinned = artifact("sklearn", "1.4.2", names=("model.joblib", "code/requirements.txt"))
    assert choose(pinned, "us-east-1").default_script == "sklearn+requirements"
    own = artifact("sklearn", "1.4.2", entry_point="code/inference.py")
    choice = choose(own, "us-east-1")
    assert choice.default_script is None
    assert choice.environment == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }


def test_a_booster_alone_runs_in_algorithm_mode() -> None:
    alone = artifact("xgboost", "1.7.6", model_file="xgboost-model")
    assert choose(alone, "us-east-1").default_script is None
    names = ("xgboost-model", "notes.txt")
    beside = artifact("xgboost", "1.7.6", model_file="xgboost-model", names=names)
    assert choose(beside, "us-east-1").default_script == "xgboost"
    details = {"class": "xgboost.sklearn.XGBClassifier"}
    estimator = artifact("xgboost", "1.7.6", model_file="model.pkl", details=details)
    assert choose(estimator, "us-east-1").default_script == "xgboost"


def test_hugging_face_gets_its_task_and_its_base() -> None:
    details = {"task": "fill-mask", "weights": "safetensors"}
    choice = choose(artifact("huggingface", "4.49.0", details=details), "us-east-1")
    assert choice.environment == {"HF_TASK": "fill-mask"}
    details = {"weights": "hdf5"}
    assert tag(artifact("huggingface", "4.26.0", details=details)).startswith(
        "huggingface-tensorflow-inference:2.11.0-transformers4.26.0-cpu"
    )


def test_a_state_dict_without_a_script_has_no_image() -> None:
    with pytest.raises(NoImage, match="model_fn"):
        choose(artifact("pytorch"), "us-east-1")
    assert tag(artifact("pytorch", entry_point="code/inference.py")).startswith(
        "pytorch-inference:"
    )


def test_the_table_says_where_it_comes_from() -> None:
    assert _table()["source"].startswith("sagemaker_core-")
    assert len(_table()["built"]) == 10


def test_versions_are_read_as_numbers() -> None:
    assert numbers("2.13.0rc1") == (2, 13, 0)
    assert numbers("1.2-1") == (1, 2, 1)
    assert numbers("") == numbers("unknown") == ()


def sampled() -> list[tuple[str, str]]:
    path = Path(__file__).parent / "image_uris.json"
    rows: dict[str, str] = json.loads(path.read_text())
    return list(rows.items())


@pytest.mark.parametrize(("case", "wanted"), sampled())
def test_uris_are_those_that_the_sdk_gave(case: str, wanted: str) -> None:
    family, version, base, region, instance = case.split("|")
    (image,) = (
        image
        for image in images_of(family)
        if image.version == version
        and base == image.base
        and ("arm64" in image.tags) == is_arm(instance)
    )
    assert uri(image, region, processor_of(instance)) == wanted


def is_arm(instance: str) -> bool:
    return processor_of(instance) == "arm64"
