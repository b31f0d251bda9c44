"""Model package groups: the shelf on which a model's versions stand."""

from slipway_local.sagemaker import listing
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.errors import conflict, invalid
from slipway_local.sagemaker.operations import Operations, Params, given

_KIND = "model-package-group"


def create_model_package_group(account: Account, params: Params) -> Params:
    name = params["ModelPackageGroupName"]
    arn = account.arn(_KIND, name)
    if arn in account.groups:
        raise invalid(f"Model Package Group already exists: {arn}")
    account.groups[arn] = Resource(name, arn, account.clock(), given(params))
    account.tag(arn, params.get("Tags", []))
    return {"ModelPackageGroupArn": arn}


def describe_model_package_group(account: Account, params: Params) -> Params:
    return {**_summary(find(account, params["ModelPackageGroupName"])), "CreatedBy": {}}


def list_model_package_groups(account: Account, params: Params) -> Params:
    return listing.page(
        "ModelPackageGroupSummaryList",
        [_summary(group) for group in account.groups.values()],
        params,
        name="ModelPackageGroupName",
        order="Ascending",
    )


def delete_model_package_group(account: Account, params: Params) -> Params:
    group = find(account, params["ModelPackageGroupName"])
    if any(package.group == group for package in account.packages.values()):
        raise conflict(f"Model Package Group {group.arn} still contains model packages.")
    del account.groups[group.arn]
    account.versions.pop(group.arn, None)
    del account.tags[group.arn]
    return {}


def find(account: Account, name: str) -> Resource:
    """By name or ARN. Raises Refusal: ModelPackageGroup does not exist."""
    arn = name.lower() if name.startswith("arn:") else account.arn(_KIND, name)
    group = account.groups.get(arn)
    if group is None:
        raise invalid(f"ModelPackageGroup {arn} does not exist.")
    return group


def _summary(group: Resource) -> Params:
    return {
        **group.body,
        "ModelPackageGroupArn": group.arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": group.created,
    }


OPERATIONS: Operations = {
    "CreateModelPackageGroup": create_model_package_group,
    "DescribeModelPackageGroup": describe_model_package_group,
    "ListModelPackageGroups": list_model_package_groups,
    "DeleteModelPackageGroup": delete_model_package_group,
}
