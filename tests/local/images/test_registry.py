"""Which family an image URI belongs to."""

import pytest
from slipway_local.images.registry import FAMILIES, UnknownImage, family_of

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
        assert "known: sagemaker-xgboost with the tags 1.5-1, 1.7-1, 3.0-5" in str(refusal.value)
    else:
        assert all(family.repository in str(refusal.value) for family in FAMILIES)


def test_every_pin_is_exact() -> None:
    for family in FAMILIES:
        for package in family.packages + family.script_packages:
            name, version = package.split("==")
            assert name
            assert version
