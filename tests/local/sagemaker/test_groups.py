"""Model package groups."""

from collections.abc import Callable

from slipway_local.sagemaker.rehearsal import Rehearsal

Refused = Callable[[Callable[[], object]], tuple[str, str]]

ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group"


def test_a_group_lives_and_dies(cloud: Rehearsal, refused: Refused) -> None:
    control = cloud.control
    created = control.create_model_package_group(
        ModelPackageGroupName="Group", ModelPackageGroupDescription="what for"
    )
    assert created["ModelPackageGroupArn"] == f"{ARN}/group"
    described = control.describe_model_package_group(ModelPackageGroupName=f"{ARN}/group")
    assert described["ModelPackageGroupName"] == "Group"
    assert described["ModelPackageGroupDescription"] == "what for"
    assert described["ModelPackageGroupStatus"] == "Completed"
    (listed,) = control.list_model_package_groups()["ModelPackageGroupSummaryList"]
    assert listed["ModelPackageGroupArn"] == f"{ARN}/group"
    assert refused(lambda: control.create_model_package_group(ModelPackageGroupName="Group")) == (
        "ValidationException",
        f"Model Package Group already exists: {ARN}/group",
    )
    control.delete_model_package_group(ModelPackageGroupName="Group")
    assert refused(lambda: control.describe_model_package_group(ModelPackageGroupName="Group")) == (
        "ValidationException",
        f"ModelPackageGroup {ARN}/group does not exist.",
    )


def test_a_group_with_packages_cannot_be_deleted(cloud: Rehearsal, refused: Refused) -> None:
    cloud.control.create_model_package_group(ModelPackageGroupName="group")
    package = cloud.control.create_model_package(ModelPackageGroupName="group")
    delete = cloud.control.delete_model_package_group
    assert refused(lambda: delete(ModelPackageGroupName="group"))[0] == "ConflictException"
    cloud.control.delete_model_package(ModelPackageName=package["ModelPackageArn"])
    delete(ModelPackageGroupName="group")
