import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain import naming
from slipway.domain.errors import InvalidInput

SITE = naming.Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")


@pytest.mark.parametrize(
    ("key", "deployment"),
    [
        ("models/housing/model.tar.gz", "housing"),
        ("models/housing/2024/run-7/output/model.tar.gz", "housing"),
        ("models/churn-eu2/slipway.yaml", "churn-eu2"),
        ("models/housing/baseline.csv", "housing"),
        ("models/housing/baseline.parquet", "housing"),
        ("models/housing/baseline.txt", None),
        ("models/housing/deep/baseline.csv", None),
        ("models/housing/notes.txt", None),
        ("models/housing/deep/slipway.yaml", None),
        ("models/model.tar.gz", None),
        ("capture/housing/model.tar.gz", None),
        ("artifacts/housing/sha256/ab/model.tar.gz", None),
    ],
)
def test_a_key_belongs_to_the_deployment_of_its_folder(key: str, deployment: str | None) -> None:
    assert naming.deployment_of_key(key) == deployment


@pytest.mark.parametrize(
    "folder",
    [
        "Housing",
        "my model",
        "a--b",
        "-a",
        "a-",
        "a" * 33,
        "a-" * 16 + "a",
        "..",
        "$(id)",
        "ä",
        "a\n",
    ],
)
def test_a_folder_that_cannot_be_a_name_is_refused_with_a_remedy(folder: str) -> None:
    with pytest.raises(InvalidInput, match="lower-case letters, digits and single dashes"):
        naming.deployment_of_key(f"models/{folder}/model.tar.gz")


def test_a_resource_leads_back_to_its_deployment() -> None:
    name = naming.endpoint_name(SITE, "churn-eu")
    assert naming.deployment_of_resource(SITE, name) == "churn-eu"


@pytest.mark.parametrize(
    "name", ["other-churn", "slipway", "slipway-", "slipwaychurn", "slipway-A"]
)
def test_a_stranger_s_resource_leads_nowhere(name: str) -> None:
    assert naming.deployment_of_resource(SITE, name) is None


@given(st.text())
def test_every_accepted_name_makes_a_name_sagemaker_takes(text: str) -> None:
    if naming.DEPLOYMENT.fullmatch(text):
        name = f"{naming.endpoint_name(SITE, text)}-{naming.digest({'a': 1})}"
        assert len(name) <= 63
        assert name.isascii()


def test_equal_content_has_equal_digests_whatever_its_order() -> None:
    assert naming.digest({"a": 1, "b": 2}) == naming.digest({"b": 2, "a": 1})
    assert naming.digest({"a": 1}) != naming.digest({"a": 2})


def test_the_longest_names_are_names_of_sagemaker_s() -> None:
    site = replace(SITE, prefix="p" * 17)
    deployment = naming.checked_deployment("a-" * 15 + "aa")
    endpoint = naming.endpoint_name(site, deployment)
    for name in (endpoint, f"{endpoint}-{'0' * 12}", naming.group_name(site, deployment)):
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
        assert len(name) <= 63
