from dataclasses import replace

import boto3
import pytest
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.plan.model import Container, Model
from slipway.domain.world import PackageApproval
from slipway_local.sagemaker.rehearsal import Rehearsal

CONTAINER = Container("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1", "s3://b/k", {"A": "1"})
MODEL = Model("slipway-h-m1", "abc", (CONTAINER,), network_isolation=True)


@pytest.fixture
def registry(sagemaker: boto3.Session) -> SageMakerRegistry:
    return SageMakerRegistry(sagemaker)


def register(registry: SageMakerRegistry, model: Model, token: str, *, approved: bool) -> str:
    return registry.register(
        "slipway-h", model, approved=approved, description="a forest", token=token
    )


def test_a_version_is_registered_once_a_token(registry: SageMakerRegistry) -> None:
    first = registry.register(
        "slipway-h", MODEL, approved=False, description="a forest", token="t1"
    )
    assert register(registry, MODEL, "t1", approved=False) == first
    assert register(registry, MODEL, "t2", approved=False) != first


def test_a_version_says_what_runs(registry: SageMakerRegistry, cloud: Rehearsal) -> None:
    arn = register(registry, MODEL, "t1", approved=True)
    found = cloud.control.describe_model_package(ModelPackageName=arn)
    container = found["InferenceSpecification"]["Containers"][0]
    assert container["Image"] == CONTAINER.image
    assert container["ModelDataUrl"] == "s3://b/k"
    assert container["Environment"] == {"A": "1"}
    assert found["ModelPackageDescription"] == "a forest"


@pytest.mark.parametrize(
    ("approved", "expected"),
    [(True, PackageApproval.APPROVED), (False, PackageApproval.PENDING)],
)
def test_a_version_begins_as_the_policy_says(
    registry: SageMakerRegistry, approved: bool, expected: PackageApproval
) -> None:
    arn = register(registry, MODEL, "t1", approved=approved)
    assert registry.approval(arn, MODEL) == expected


def test_a_waiting_version_can_be_approved(registry: SageMakerRegistry) -> None:
    arn = register(registry, MODEL, "t1", approved=False)
    registry.approve(arn, "the manifest approves automatically")
    assert registry.approval(arn, MODEL) == PackageApproval.APPROVED


def test_a_version_that_is_gone_has_no_approval(
    registry: SageMakerRegistry, cloud: Rehearsal
) -> None:
    arn = register(registry, MODEL, "t1", approved=False)
    other = replace(MODEL, containers=(replace(CONTAINER, model_data_url="s3://b/other"),))
    assert registry.approval(arn, other) is None
    cloud.control.delete_model_package(ModelPackageName=arn)
    assert registry.approval(arn, MODEL) is None


def test_versions_of_a_group_keep_each_other_s_company(registry: SageMakerRegistry) -> None:
    arns = [
        registry.register(
            "slipway-h", replace(MODEL, package_key=key), approved=True, description="", token=key
        )
        for key in ("k1", "k2")
    ]
    assert [arn.rsplit("/", 1)[-1] for arn in arns] == ["1", "2"]


def test_versions_that_others_delete_meanwhile_keep_none_from_being_purged(
    registry: SageMakerRegistry, cloud: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    arns = [register(registry, MODEL, token, approved=True) for token in ("t1", "t2", "t3")]
    cloud.control.delete_model_package(ModelPackageName=arns[1])
    monkeypatch.setattr(registry, "_versions", lambda _group: iter(arns))
    registry.purge("slipway-h")
    assert cloud.control.list_model_packages()["ModelPackageSummaryList"] == []
    assert cloud.control.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    registry.purge("slipway-h")
