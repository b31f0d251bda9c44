"""What SageMaker answers when it refuses: codes and wordings as the real service has them."""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An error answer: AWS's code and message, the HTTP status and the fields of its shape."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = dict(fields or {})


def invalid(message: str) -> Refusal:
    """The control plane's answer to nearly everything it does not like."""
    return Refusal("ValidationException", message)


def not_found(kind: str, arn: str) -> Refusal:
    """`kind` as AWS words it: endpoint, endpoint configuration, model."""
    return invalid(f'Could not find {kind} "{arn}".')


def not_assumed(role: str) -> Refusal:
    """The role is not there, or trusts others."""
    return invalid(
        f"Could not assume role {role}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role."
    )


def already_exists(kind: str, arn: str) -> Refusal:
    return invalid(f'Cannot create already existing {kind} "{arn}".')


def in_progress(arn: str) -> Refusal:
    """AWS says "update" for a refused DeleteEndpoint, too."""
    return invalid(f'Cannot update in-progress endpoint "{arn}".')


def conflict(message: str) -> Refusal:
    return Refusal("ConflictException", message)


def missing(kind: str, arn: str) -> Refusal:
    """Model Monitor's own code for what others call a ValidationException."""
    return Refusal("ResourceNotFound", f'Could not find {kind} "{arn}".')


def in_use(message: str) -> Refusal:
    return Refusal("ResourceInUse", message)


def job_exists(arn: str) -> Refusal:
    return in_use(
        "Job name must be unique within an AWS account and region, and a job with this name "
        f"already exists ({arn})"
    )


def job_missing(name: str) -> Refusal:
    return invalid(f"Could not find requested job with name: {name}")


def job_at_rest(kind: str, status: str) -> Refusal:
    """A job that is not in progress cannot be stopped; `kind` as AWS words it: processing."""
    return invalid(f"The request was rejected because the {kind} job is in status {status}.")


def limit_exceeded(quota: str, *, limit: int, used: int, delta: int) -> Refusal:
    """An account-level quota counted in instances."""
    return Refusal(
        "ResourceLimitExceeded",
        f"The account-level service limit '{quota}' is {limit} Instances, with current "
        f"utilization of {used} Instances and a request delta of {delta} Instances. "
        "Please use AWS Service Quotas to request an increase for this quota. If AWS Service "
        "Quotas is not available, contact AWS support to request an increase for this quota.",
    )


def malformed(message: str) -> Refusal:
    """The request's bytes do not fit the types of the service model."""
    return Refusal("SerializationException", message)


def unknown_operation(name: str) -> Refusal:
    """`name` is no operation of the service."""
    return Refusal("UnknownOperationException", f"There is no operation {name!r} in this service.")


def unsupported(operation: str) -> Refusal:
    """AWS has the operation; this service does not run it."""
    return Refusal(
        "UnsupportedOperation",
        f"{operation} exists in SageMaker but the embedded service does not implement it.",
        status=501,
    )


def bad_request(message: str) -> Refusal:
    """The runtime's answer to a request that it does not pass on."""
    return Refusal("ValidationError", message)


def throttled() -> Refusal:
    """A serverless variant is asked more at a time than its MaxConcurrency."""
    return Refusal("ThrottlingException", "Rate exceeded", status=429)


def unavailable() -> Refusal:
    """The container went away; it is being started anew."""
    return Refusal("ServiceUnavailable", "The service is unavailable.", status=503)


def not_downloaded(bucket: str, key: str) -> Refusal:
    """There is no target model at the place where it is looked for."""
    return bad_request(
        f"Failed to download model data(bucket: {bucket}, key: {key}). Please ensure that there "
        "is an object located at the URL and that the role passed to CreateModel has permissions "
        "to download the model."
    )


def not_ready(target: str) -> Refusal:
    """The target model is still being fetched or loaded."""
    message = f"Model {target} is not ready for inference yet. Wait and try your request again."
    return Refusal("ModelNotReadyException", message, status=429)


def model_error(arn: str, status: int, label: str, text: str) -> Refusal:
    """The container `label` answered `status`, or 0 when it answered nothing; `arn` is the
    endpoint's log group's."""
    region, account, _, group = arn.split(":", 6)[3:]
    kind = "client" if 400 <= status < 500 else "server"
    message = (
        f'Received {kind} error ({status}) from {label} with message "{text}". See '
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logEventViewer:group={group} in account {account} for more information."
    )
    fields = {"OriginalStatusCode": status, "OriginalMessage": text, "LogStreamArn": arn}
    return Refusal("ModelError", message, status=424, fields=fields)


def timed_out(arn: str, label: str) -> Refusal:
    """The container `label` took longer than SageMaker waits."""
    text = (
        f"Your invocation timed out while waiting for a response from container {label}. Review "
        "the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try "
        "again."
    )
    return model_error(arn, 0, label, text)
