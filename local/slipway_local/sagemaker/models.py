"""Models: what to run. CreateModel, DescribeModel, ListModels, DeleteModel."""

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_local.sagemaker import listing, packages
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.errors import already_exists, invalid, not_assumed, not_found
from slipway_local.sagemaker.events import milliseconds
from slipway_local.sagemaker.fleets import Program
from slipway_local.sagemaker.operations import Operations, Params, given
from slipway_local.sagemaker.serving import Container


def create_model(account: Account, params: Params) -> Params:
    name = params["ModelName"]
    arn = account.arn("model", name)
    if arn in account.models:
        raise already_exists("model", arn)
    role = params.get("ExecutionRoleArn")
    if role is not None and not account.has_role(role):
        raise not_assumed(role)
    body = given(params)
    model = Resource(name, arn, account.clock(), {**body, **_containers(account, params)})
    account.models[arn] = model
    account.tag(arn, params.get("Tags", []))
    _tell(account, model)
    return {"ModelArn": arn}


def describe_model(account: Account, params: Params) -> Params:
    model = find(account, params["ModelName"])
    defaults = {"EnableNetworkIsolation": False}
    return {**defaults, **model.body, "ModelArn": model.arn, "CreationTime": model.created}


def list_models(account: Account, params: Params) -> Params:
    rows = [
        {"ModelName": model.name, "ModelArn": model.arn, "CreationTime": model.created}
        for model in account.models.values()
    ]
    return listing.page("Models", rows, params, name="ModelName")


def delete_model(account: Account, params: Params) -> Params:
    """AWS lets a model go that an endpoint still serves; the endpoint suffers later."""
    model = find(account, params["ModelName"])
    del account.models[model.arn]
    del account.tags[model.arn]
    _tell(account, model)
    return {}


def find(account: Account, name: str) -> Resource:
    """Raises Refusal: Could not find model."""
    arn = account.arn("model", name)
    model = account.models.get(arn)
    if model is None:
        raise not_found("model", arn)
    return model


def program(account: Account, name: str) -> Program:
    """What the model's containers run, with a package's containers unfolded."""
    model = find(account, name)
    described = model.body.get("Containers") or [model.body["PrimaryContainer"]]
    isolated = model.body.get("EnableNetworkIsolation", False)
    containers = [
        _container(definition, isolated=isolated)
        for given_definition in described
        for definition in packages.unfold(account, given_definition)
    ]
    return Program(model.name, containers, _direct(model.body))


def _containers(account: Account, params: Params) -> Params:
    """Check the containers and return the member they belong in."""
    primary, chain = params.get("PrimaryContainer"), params.get("Containers")
    if (primary is None) == (not chain):
        raise invalid("You must provide either PrimaryContainer or Containers, and not both.")
    for definition in chain or [primary]:
        for container in packages.unfold(account, definition):
            _check(account, container)
    _check_names(chain or (), direct=_direct(params))
    return {"Containers": chain} if chain else {"PrimaryContainer": primary}


def _direct(params: Mapping[str, Any]) -> bool:
    """Whether a request goes to one of the containers, and not through all."""
    mode: str = params.get("InferenceExecutionConfig", {}).get("Mode", "Serial")
    return mode == "Direct"


def _check_names(chain: Sequence[Mapping[str, Any]], *, direct: bool) -> None:
    """Of several containers all have a name of their own, or none has one; AWS has not published
    the wording."""
    names = [each["ContainerHostname"] for each in chain if "ContainerHostname" in each]
    if len(set(names)) != len(names):
        raise invalid(f"ContainerHostname must be unique among Containers: {', '.join(names)}.")
    if len(names) != len(chain) and (names or direct):
        why = "the InferenceExecutionConfig's Mode is Direct" if direct else "another has one"
        raise invalid(f"Each of Containers needs a ContainerHostname, for {why}.")


def _check(account: Account, definition: Mapping[str, Any]) -> None:
    if "Image" not in definition:
        raise invalid("A container must name an Image or a ModelPackageName.")
    if trouble := account.image_trouble(definition["Image"]):
        raise invalid(f"Requested image not found: {trouble} ({definition['Image']}).")
    if definition.get("Mode") == "MultiModel" and "ModelDataUrl" not in definition:
        raise invalid("A MultiModel container needs the ModelDataUrl of its models' prefix.")
    source = definition.get("ModelDataSource", {}).get("S3DataSource", {})
    kind = (source.get("S3DataType", "S3Object"), source.get("CompressionType", "Gzip"))
    if kind != ("S3Object", "Gzip"):
        raise invalid(
            f"ModelDataSource: the S3DataType {kind[0]} with the CompressionType {kind[1]} is not "
            "executed by the embedded SageMaker. Give an S3Object that is packed with Gzip."
        )
    _check_data(account, definition)


def _check_data(account: Account, definition: Mapping[str, Any]) -> None:
    """Of several models' prefix nothing need be there yet: the SageMaker SDK's MultiDataModel is
    deployed before its first model is added."""
    url = _data_url(definition)
    several = definition.get("Mode") == "MultiModel"
    if url and url.startswith("s3://") and not several and not account.has_object(url):
        raise invalid(f"Could not find model data at {url}.")


def _container(definition: Mapping[str, Any], *, isolated: bool) -> Container:
    return Container(
        image=definition["Image"],
        model_data_url=_data_url(definition),
        environment=definition.get("Environment", {}),
        hostname=definition.get("ContainerHostname"),
        multi_model=definition.get("Mode") == "MultiModel",
        caching=definition.get("MultiModelConfig", {}).get("ModelCacheSetting") != "Disabled",
        isolated=isolated,
    )


def _data_url(definition: Mapping[str, Any]) -> str | None:
    source = definition.get("ModelDataSource", {}).get("S3DataSource", {})
    url: str | None = definition.get("ModelDataUrl", source.get("S3Uri"))
    return url


def _tell(account: Account, model: Resource) -> None:
    """AWS publishes a model's creation and deletion, and of the event's shape only the ARN."""
    detail = {
        "ModelName": model.name,
        "ModelArn": model.arn,
        "CreationTime": milliseconds(model.created),
    }
    account.tell("Model", detail, model.arn)


OPERATIONS: Operations = {
    "CreateModel": create_model,
    "DescribeModel": describe_model,
    "ListModels": list_models,
    "DeleteModel": delete_model,
}
