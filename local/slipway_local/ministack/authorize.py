"""Who may call SageMaker: its actions and resources, judged by MiniStack's policy evaluator.

Source: "Actions, resources, and condition keys for Amazon SageMaker", Service Authorization
Reference.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator, responses, router

from slipway_local.sagemaker import scaling
from slipway_local.sagemaker.wire import Request, Response, operation_of

# The parameter that names a resource, and the kind of resource it names.
_KINDS = {
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "ModelPackageGroupName": "model-package-group",
    "ModelPackageName": "model-package",
    "DataQualityJobDefinitionName": "data-quality-job-definition",
    "ModelQualityJobDefinitionName": "model-quality-job-definition",
    "MonitoringScheduleName": "monitoring-schedule",
    "ProcessingJobName": "processing-job",
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
}
# Parameters that are not named after their resource in full.
_MEMBERS = {
    "DataQualityJobDefinitionName": "JobDefinitionName",
    "ModelQualityJobDefinitionName": "JobDefinitionName",
}
# Operations that are checked on more than the resource they are named after.
_ALSO = {
    "CreateEndpoint": ("EndpointConfigName",),
    "UpdateEndpoint": ("EndpointConfigName",),
    "InvokeEndpointAsync": ("EndpointName",),
    "InvokeEndpointWithResponseStream": ("EndpointName",),
    "UpdateEndpointWeightsAndCapacities": ("EndpointName",),
    "CreateModelPackage": ("ModelPackageGroupName",),
    "UpdateModelPackage": ("ModelPackageArn",),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the policies: may the caller do this with that?"""

    action: str
    resource: str
    context: Mapping[str, Any]


def refusal(request: Request) -> Response | None:
    """The AccessDeniedException for `request`, None when its caller may."""
    operation = operation_of(request)
    if operation is None:
        return None
    region, account = responses.get_region(), responses.get_account_id()
    return denial(request, checks(operation, params_of(request), region, account))


def denial(request: Request, asked: Iterable[Check]) -> Response | None:
    """The AccessDeniedException for the first of the checks that its caller does not pass."""
    key = router.extract_access_key_id(dict(request.headers), {})
    region = responses.get_region()
    for check in asked:
        denied = iam_evaluator.enforce(
            key,
            check.action,
            check.action.partition(":")[0],
            region,
            check.resource,
            dict(check.context),
        )
        if denied is not None:
            return _refused(check, denied)
    return None


def trust_loopback() -> None:
    """Take every request as one over TLS, so that policies that deny all others deploy as is.

    What never leaves the machine cannot be overheard on a wire.
    """
    pin = iam_evaluator.pin_request_origin
    iam_evaluator._request_origin = ContextVar("origin", default=("127.0.0.1", True))
    app.pin_request_origin = lambda address, _secure: pin(address, secure_transport=True)


def checks(operation: str, params: Mapping[str, Any], region: str, account: str) -> Iterator[Check]:
    """What the policies must allow for `operation`: the action on each resource, tags, the role."""
    if operation in scaling.OPERATIONS:
        yield _scaling_check(operation, params, region, account)
        return
    action, tags = f"sagemaker:{operation}", _tag_context(params)
    resources = [*_resources(operation, params, f"arn:aws:sagemaker:{region}:{account}:")]
    for resource in resources or ["*"]:
        yield Check(action, resource, tags)
    if tags and operation.startswith("Create"):
        yield Check("sagemaker:AddTags", resources[0] if resources else "*", tags)
    for role in _roles(params):
        yield Check("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})


def _scaling_check(operation: str, params: Mapping[str, Any], region: str, account: str) -> Check:
    """Source: "Actions, resources, and condition keys for AWS Application Auto Scaling"."""
    everything = operation.startswith("Describe")
    resource = f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/*"
    context = {
        "application-autoscaling:service-namespace": params.get("ServiceNamespace"),
        "application-autoscaling:scalable-dimension": params.get("ScalableDimension"),
    }
    return Check(
        f"application-autoscaling:{operation}",
        "*" if everything else resource,
        {key: value for key, value in context.items() if value is not None},
    )


def _roles(params: Mapping[str, Any]) -> Iterator[str]:
    """The roles that the request hands on, also those of what it brings along."""
    for name, value in params.items():
        if name in ("ExecutionRoleArn", "RoleArn"):
            yield str(value)
        elif name in ("MonitoringScheduleConfig", "MonitoringJobDefinition"):
            yield from _roles(value if isinstance(value, dict) else {})


def _resources(operation: str, params: Mapping[str, Any], prefix: str) -> Iterator[str]:
    named_after = [name for name in _KINDS if operation.endswith(name.removesuffix("Name"))]
    for name in ("ResourceArn", *named_after, *_ALSO.get(operation, ())):
        value = str(params.get(_MEMBERS.get(name, name), ""))
        if not value:
            continue
        yield value if value.startswith("arn:") else f"{prefix}{_KINDS[name]}/{value.lower()}"


def params_of(request: Request) -> Mapping[str, Any]:
    """What it was sent with; nothing where that cannot be read."""
    if "x-amz-target" not in request.headers:
        return {"EndpointName": request.path.split("/")[2]}
    try:
        params = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return params if isinstance(params, dict) else {}


def _tag_context(params: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = params.get("Tags")
    if not isinstance(tags, list):
        return {}
    pairs = {str(tag.get("Key")): str(tag.get("Value")) for tag in tags if isinstance(tag, dict)}
    requested = {f"aws:requesttag/{key.lower()}": value for key, value in pairs.items()}
    return requested | {"aws:tagkeys": [*pairs]} if pairs else {}


def _refused(check: Check, denied: Any) -> Response:
    if isinstance(denied, iam_evaluator.AuthError):
        code, message = denied.code, denied.message
    else:
        code = "AccessDeniedException"
        message = iam_actions.identity_denial_message(
            check.action, denied.principal_arn, check.resource, denied.decision == "Deny"
        )
    body = json.dumps({"__type": code, "message": message}).encode()
    return Response(400, {"Content-Type": "application/x-amz-json-1.1"}, body)
