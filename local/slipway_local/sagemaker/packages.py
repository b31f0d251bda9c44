"""Model packages: what may be deployed, in which version, and who approved it.

A versioned package belongs to a group and is called by its ARN, `…:model-package/group/3`; an
unversioned one has a name of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_local.sagemaker import groups, listing
from slipway_local.sagemaker.account import Account, Package, Resource
from slipway_local.sagemaker.errors import conflict, invalid
from slipway_local.sagemaker.events import iso
from slipway_local.sagemaker.operations import Operations, Params, given

_STATUS = {
    "ModelPackageStatus": "Completed",
    "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
}
_IN_EVENTS = (
    "InferenceSpecification",
    "ModelApprovalStatus",
    "MetadataProperties",
    "ModelMetrics",
)
_IN_SUMMARIES = (
    "ModelPackageName",
    "ModelPackageDescription",
    "ModelApprovalStatus",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
)
# Members of UpdateModelPackage that change a collection instead of replacing it.
_INCREMENTAL = (
    "ModelPackageArn",
    "ClientToken",
    "CustomerMetadataProperties",
    "CustomerMetadataPropertiesToRemove",
    "AdditionalInferenceSpecificationsToAdd",
)


def create_model_package(account: Account, params: Params) -> Params:
    """The same ClientToken with the same parameters answers the package it made before."""
    asked = given(params, "ClientToken")
    token = params.get("ClientToken", "")
    if token in account.tokens:
        arn, before = account.tokens[token]
        if before != asked:
            raise conflict(f"ClientToken {token} was used with other parameters.")
        return {"ModelPackageArn": arn}
    package = _create(account, params, asked)
    account.packages[package.arn] = package
    if token:
        account.tokens[token] = (package.arn, asked)
    _tell(account, package)
    return {"ModelPackageArn": package.arn}


def describe_model_package(account: Account, params: Params) -> Params:
    package = find(account, params["ModelPackageName"])
    answer = {**package.body, **_identity(package), **_STATUS, "CreationTime": package.created}
    if package.modified is not None:
        answer |= {"LastModifiedTime": package.modified, "LastModifiedBy": {}}
    return {**answer, "CertifyForMarketplace": package.body.get("CertifyForMarketplace", False)}


def list_model_packages(account: Account, params: Params) -> Params:
    """Without a group or a type, AWS lists unversioned packages only."""
    group = params.get("ModelPackageGroupName")
    wanted = groups.find(account, group) if group else None
    kind = params.get("ModelPackageType", "Versioned" if wanted else "Unversioned")
    approval = params.get("ModelApprovalStatus")
    rows = [
        _summary(package)
        for package in account.packages.values()
        if (wanted is None or package.group == wanted)
        and kind in ("Both", "Versioned" if package.group else "Unversioned")
        and approval in (None, package.body.get("ModelApprovalStatus"))
    ]
    return listing.page(
        "ModelPackageSummaryList", rows, params, name="ModelPackageName", order="Ascending"
    )


def update_model_package(account: Account, params: Params) -> Params:
    package = find(account, params["ModelPackageArn"])
    properties = {
        **package.body.get("CustomerMetadataProperties", {}),
        **params.get("CustomerMetadataProperties", {}),
    }
    for key in params.get("CustomerMetadataPropertiesToRemove", []):
        properties.pop(key, None)
    specifications = [
        *package.body.get("AdditionalInferenceSpecifications", []),
        *params.get("AdditionalInferenceSpecificationsToAdd", []),
    ]
    collections = {
        "CustomerMetadataProperties": properties,
        "AdditionalInferenceSpecifications": specifications,
    }
    package.body |= given(params, *_INCREMENTAL)
    package.body |= {member: value for member, value in collections.items() if value}
    if not properties:
        package.body.pop("CustomerMetadataProperties", None)
    package.modified = account.clock()
    _tell(account, package)
    return {"ModelPackageArn": package.arn}


def delete_model_package(account: Account, params: Params) -> Params:
    package = find(account, params["ModelPackageName"])
    del account.packages[package.arn]
    if package.arn in account.tags:
        del account.tags[package.arn]
    return {}


def find(account: Account, name: str) -> Package:
    """By ARN, by name, or by `group/version`. Raises Refusal: ModelPackage does not exist."""
    arn = name.lower() if name.startswith("arn:") else account.arn("model-package", name)
    package = account.packages.get(arn)
    if package is None:
        raise invalid(f"ModelPackage {arn} does not exist.")
    return package


def unfold(account: Account, definition: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The containers of a definition: itself, or those of the package that it names.

    AWS does not ask for an approval here; only the registry's users do.
    """
    name = definition.get("ModelPackageName")
    if name is None:
        return [definition]
    package = find(account, name)
    containers = _specification(package, definition).get("Containers", [])
    if not all("Image" in container for container in containers) or not containers:
        raise invalid(f"ModelPackage {package.arn} has no InferenceSpecification to run.")
    environment = definition.get("Environment", {})
    return [
        {**container, "Environment": {**container.get("Environment", {}), **environment}}
        for container in containers
    ]


def _specification(package: Package, definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The package's own, or the additional one that is asked for."""
    name = definition.get("InferenceSpecificationName")
    own: Mapping[str, Any] = package.body.get("InferenceSpecification", {})
    if name is None:
        return own
    others: Mapping[str, Mapping[str, Any]] = {
        each["Name"]: each for each in package.body.get("AdditionalInferenceSpecifications", ())
    }
    if name not in others:
        raise invalid(f"ModelPackage {package.arn} has no InferenceSpecificationName {name}.")
    return others[name]


def _create(account: Account, params: Params, body: Params) -> Package:
    name, group = params.get("ModelPackageName"), params.get("ModelPackageGroupName")
    if name and group:
        raise invalid(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot "
            "determine which one to use."
        )
    if group:
        return _create_version(account, groups.find(account, group), params, body)
    if not name:
        raise invalid("Missing ARN.")
    arn = account.arn("model-package", name)
    if arn in account.packages:
        raise conflict(f"ModelPackage {arn} already exists.")
    account.tag(arn, params.get("Tags", []))
    return Package(arn, account.clock(), body)


def _create_version(account: Account, group: Resource, params: Params, body: Params) -> Package:
    if "Tags" in params:
        raise invalid("A versioned model package uses its group's tags and takes none itself.")
    version = account.versions.get(group.arn, 0) + 1
    account.versions[group.arn] = version
    arn = account.arn("model-package", f"{group.name}/{version}")
    pending = {"ModelApprovalStatus": "PendingManualApproval"}
    body = {**pending, **body, "ModelPackageGroupName": group.name}
    account.tags[arn] = account.tags[group.arn]
    return Package(arn, account.clock(), body, group=group, version=version)


def _identity(package: Package) -> Params:
    identity: Params = {"ModelPackageArn": package.arn}
    if package.group is not None:
        identity["ModelPackageGroupName"] = package.group.name
        identity["ModelPackageVersion"] = package.version
    return identity


def _summary(package: Package) -> Params:
    chosen = {member: package.body[member] for member in _IN_SUMMARIES if member in package.body}
    status = _STATUS["ModelPackageStatus"]
    return {
        **_identity(package),
        **chosen,
        "CreationTime": package.created,
        "ModelPackageStatus": status,
    }


def _tell(account: Account, package: Package) -> None:
    chosen = {member: package.body[member] for member in _IN_EVENTS if member in package.body}
    times = {"CreationTime": iso(package.created)}
    if package.modified is not None:
        times["LastModifiedTime"] = iso(package.modified)
    certified = {"CertifyForMarketplace": package.body.get("CertifyForMarketplace", False)}
    detail = {**_identity(package), **times, **_STATUS, **certified, **chosen}
    account.tell("Model Package", detail, package.arn)


OPERATIONS: Operations = {
    "CreateModelPackage": create_model_package,
    "DescribeModelPackage": describe_model_package,
    "ListModelPackages": list_model_packages,
    "UpdateModelPackage": update_model_package,
    "DeleteModelPackage": delete_model_package,
}
