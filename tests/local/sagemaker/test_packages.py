"""The registry: versions, approval, idempotency."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

Refused = Callable[[Callable[[], object]], tuple[str, str]]

ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package"
BOTH = (
    "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine "
    "which one to use."
)
SPECIFICATION: Any = {"Containers": [{"Image": "image", "ModelDataUrl": "s3://b/k"}]}


@pytest.fixture
def register(cloud: Rehearsal) -> Callable[..., str]:
    """Create a version in the group "group"."""
    cloud.control.create_model_package_group(
        ModelPackageGroupName="group", Tags=[{"Key": "team", "Value": "a"}]
    )

    def make(**members: Any) -> str:  # noqa: ANN401  boto3's own types
        cloud.pass_time(1)
        return cloud.control.create_model_package(
            ModelPackageGroupName="group", InferenceSpecification=SPECIFICATION, **members
        )["ModelPackageArn"]

    return make


def test_versions_count_up_and_are_never_given_twice(
    cloud: Rehearsal, register: Callable[..., str]
) -> None:
    assert [register(), register()] == [f"{ARN}/group/1", f"{ARN}/group/2"]
    cloud.control.delete_model_package(ModelPackageName=f"{ARN}/group/2")
    assert register() == f"{ARN}/group/3"


def test_the_same_client_token_makes_one_version(
    cloud: Rehearsal, register: Callable[..., str], refused: Refused
) -> None:
    first = register(ClientToken="t-1")
    assert register(ClientToken="t-1") == first
    assert register(ClientToken="t-2") != first
    assert refused(lambda: register(ClientToken="t-1", ModelPackageDescription="other"))[0] == (
        "ConflictException"
    )
    listed = cloud.control.list_model_packages(ModelPackageGroupName="group")
    assert len(listed["ModelPackageSummaryList"]) == 2


def test_a_version_waits_for_approval(cloud: Rehearsal, register: Callable[..., str]) -> None:
    arn = register(CustomerMetadataProperties={"sha256": "abc", "old": "1"})
    described = cloud.control.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelPackageStatus"] == "Completed"
    assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == ("group", 1)
    assert "ModelPackageName" not in described
    assert "LastModifiedTime" not in described
    cloud.control.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="looks good",
        CustomerMetadataProperties={"by": "ann"},
        CustomerMetadataPropertiesToRemove=["old"],
    )
    described = cloud.control.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Approved"
    assert described["ApprovalDescription"] == "looks good"
    assert described["CustomerMetadataProperties"] == {"sha256": "abc", "by": "ann"}
    assert described["LastModifiedTime"].timestamp() == cloud.clock.now


def test_lists_by_group_type_and_approval(cloud: Rehearsal, register: Callable[..., str]) -> None:
    approved, _pending = register(ModelApprovalStatus="Approved"), register()
    cloud.control.create_model_package(
        ModelPackageName="alone", InferenceSpecification=SPECIFICATION
    )

    def arns(**filters: Any) -> list[str]:  # noqa: ANN401  boto3's own types
        listed = cloud.control.list_model_packages(**filters)["ModelPackageSummaryList"]
        return [package["ModelPackageArn"] for package in listed]

    assert arns() == [f"{ARN}/alone"]
    assert arns(ModelPackageGroupName="group") == [f"{ARN}/group/1", f"{ARN}/group/2"]
    assert arns(ModelPackageGroupName="group", SortOrder="Descending")[0] == f"{ARN}/group/2"
    assert arns(ModelPackageType="Both", ModelApprovalStatus="Approved") == [approved]
    assert len(arns(ModelPackageType="Both")) == 3
    assert arns(ModelPackageType="Both", NameContains="alone") == [f"{ARN}/alone"]


def test_a_version_has_its_groups_tags(
    cloud: Rehearsal, register: Callable[..., str], refused: Refused
) -> None:
    assert cloud.control.list_tags(ResourceArn=register())["Tags"] == [
        {"Key": "team", "Value": "a"}
    ]
    assert refused(lambda: register(Tags=[{"Key": "a", "Value": "b"}]))[0] == "ValidationException"


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ({}, ("ValidationException", "Missing ARN.")),
        (
            {"ModelPackageName": "a", "ModelPackageGroupName": "group"},
            (
                "ValidationException",
                BOTH,
            ),
        ),
        (
            {"ModelPackageGroupName": "gone"},
            (
                "ValidationException",
                f"ModelPackageGroup {ARN}-group/gone does not exist.",
            ),
        ),
        (
            {"ModelPackageName": "alone"},
            ("ConflictException", f"ModelPackage {ARN}/alone already exists."),
        ),
    ],
)
def test_refuses_what_cannot_be_placed(
    cloud: Rehearsal,
    refused: Refused,
    register: Callable[..., str],
    members: dict[str, Any],
    answer: tuple[str, str],
) -> None:
    register()
    create = cloud.control.create_model_package
    create(ModelPackageName="alone", InferenceSpecification=SPECIFICATION)
    call = refused(lambda: create(InferenceSpecification=SPECIFICATION, **members))
    assert call == answer


def test_what_is_not_there_does_not_exist(cloud: Rehearsal, refused: Refused) -> None:
    missing = ("ValidationException", f"ModelPackage {ARN}/gone/1 does not exist.")
    describe = cloud.control.describe_model_package
    assert refused(lambda: describe(ModelPackageName=f"{ARN}/gone/1")) == missing
    delete = cloud.control.delete_model_package
    assert refused(lambda: delete(ModelPackageName="gone/1")) == missing
