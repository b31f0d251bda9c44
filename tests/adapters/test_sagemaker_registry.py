from dataclasses import replace

import boto3
import pytest
from slipway.adapters.sagemaker_registry import SageMakerRegistry
from slipway.domain.desired import EndpointTarget
from slipway.domain.plan import Container, Plan
from slipway.domain.world import PackageApproval
from slipway_local.sagemaker.rehearsal import Rehearsal

PLAN = Plan(
    endpoint="slipway-h",
    group="slipway-h",
    package_key="abc",
    model="slipway-h-m1",
    config="slipway-h-c1",
    container=Container("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1", "s3://b/k", {"A": "1"}),
    target=EndpointTarget(),
    network_isolation=True,
    capture_percentage=0,
    capture_uri="s3://b/capture",
    role_arn="arn:aws:iam::123456789012:role/model",
)


@pytest.fixture
def registry(sagemaker: boto3.Session) -> SageMakerRegistry:
    return SageMakerRegistry(sagemaker)


def test_a_version_is_registered_once_a_token(registry: SageMakerRegistry) -> None:
    first = registry.register(PLAN, approved=False, description="a forest", token="t1")
    assert registry.register(PLAN, approved=False, description="a forest", token="t1") == first
    assert registry.register(PLAN, approved=False, description="a forest", token="t2") != first


def test_a_version_says_what_runs(registry: SageMakerRegistry, cloud: Rehearsal) -> None:
    arn = registry.register(PLAN, approved=True, description="a forest", token="t1")
    found = cloud.control.describe_model_package(ModelPackageName=arn)
    container = found["InferenceSpecification"]["Containers"][0]
    assert container["Image"] == PLAN.container.image
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
    arn = registry.register(PLAN, approved=approved, description="", token="t1")
    assert registry.approval(arn, PLAN) == expected


def test_a_waiting_version_can_be_approved(registry: SageMakerRegistry) -> None:
    arn = registry.register(PLAN, approved=False, description="", token="t1")
    registry.approve(arn, "the manifest approves automatically")
    assert registry.approval(arn, PLAN) == PackageApproval.APPROVED


def test_a_version_that_is_gone_has_no_approval(
    registry: SageMakerRegistry, cloud: Rehearsal
) -> None:
    arn = registry.register(PLAN, approved=False, description="", token="t1")
    other = replace(PLAN, container=replace(PLAN.container, model_data_url="s3://b/other"))
    assert registry.approval(arn, other) is None
    cloud.control.delete_model_package(ModelPackageName=arn)
    assert registry.approval(arn, PLAN) is None


def test_versions_of_a_group_keep_each_other_s_company(registry: SageMakerRegistry) -> None:
    arns = [
        registry.register(replace(PLAN, package_key=key), approved=True, description="", token=key)
        for key in ("k1", "k2")
    ]
    assert [arn.rsplit("/", 1)[-1] for arn in arns] == ["1", "2"]
