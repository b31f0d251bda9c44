"""Model packages and their groups: what may be deployed, in which version, and who approved it."""

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_local.sagemaker.account import Account, Package
from slipway_local.sagemaker.errors import invalid


def find(account: Account, name: str) -> Package:
    """By ARN, by name, or by `group/version`. Raises Refusal: ModelPackage does not exist."""
    arn = name if name.startswith("arn:") else account.arn("model-package", name)
    package = account.packages.get(arn.lower())
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
    environment = definition.get("Environment", {})
    return [
        {**container, "Environment": {**container.get("Environment", {}), **environment}}
        for container in package.body["InferenceSpecification"]["Containers"]
    ]
