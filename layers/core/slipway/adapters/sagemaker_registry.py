"""The model registry, as SageMaker model packages."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import is_absent, translated, unless_gone, unless_present
from slipway.domain.plan.model import Container, Model
from slipway.domain.world import PackageApproval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import ModelPackageContainerDefinitionTypeDef

CONTENT_TYPES = ["text/csv", "application/json", "application/x-npy", "text/libsvm"]


class SageMakerRegistry:
    """Implements ports.Registry."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _client(self) -> "SageMakerClient":
        return self._session.client("sagemaker")

    def register(
        self, group: str, model: Model, *, approved: bool, description: str, token: str
    ) -> str:
        approval = PackageApproval.APPROVED if approved else PackageApproval.PENDING
        with translated():
            self._ensure_group(group)
            answer = self._client.create_model_package(
                ModelPackageGroupName=group,
                ModelPackageDescription=description[:1024],
                ModelApprovalStatus=approval.value,
                ClientToken=token,
                InferenceSpecification={
                    "Containers": [_container(each) for each in model.containers],
                    "SupportedContentTypes": CONTENT_TYPES,
                    "SupportedResponseMIMETypes": CONTENT_TYPES,
                },
            )
        return answer["ModelPackageArn"]

    def approve(self, arn: str, reason: str) -> None:
        with translated():
            self._client.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus=PackageApproval.APPROVED.value,
                ApprovalDescription=reason,
            )

    def approval(self, arn: str, model: Model) -> PackageApproval | None:
        with translated():
            try:
                found = self._client.describe_model_package(ModelPackageName=arn)
            except ClientError as error:
                if not is_absent(error):
                    raise
                return None
        # In a group that was made anew, versions are counted from one again.
        containers = found.get("InferenceSpecification", {}).get("Containers", [])
        made = [container.model_data_url for container in model.containers]
        same = [container.get("ModelDataUrl") for container in containers] == made
        return PackageApproval(found["ModelApprovalStatus"]) if same else None

    def purge(self, group: str) -> None:
        with translated():
            found: list[str] = []
            with unless_gone():
                found += self._versions(group)
            for arn in found:
                # Somebody may be deleting the same ones.
                with unless_gone():
                    self._client.delete_model_package(ModelPackageName=arn)
            with unless_gone():
                self._client.delete_model_package_group(ModelPackageGroupName=group)

    def _versions(self, group: str) -> "Iterator[str]":
        page = self._client.list_model_packages(ModelPackageGroupName=group)
        yield from (found["ModelPackageArn"] for found in page["ModelPackageSummaryList"])
        while more := page.get("NextToken"):
            page = self._client.list_model_packages(ModelPackageGroupName=group, NextToken=more)
            yield from (found["ModelPackageArn"] for found in page["ModelPackageSummaryList"])

    def _ensure_group(self, group: str) -> None:
        with unless_present():
            self._client.create_model_package_group(ModelPackageGroupName=group)


def _container(container: Container) -> "ModelPackageContainerDefinitionTypeDef":
    described: ModelPackageContainerDefinitionTypeDef = {
        "Image": container.image,
        "ModelDataUrl": container.model_data_url,
        "Environment": dict(container.environment),
    }
    if container.name:
        described["ContainerHostname"] = container.name
    return described
