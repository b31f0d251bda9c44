"""What ECS answers when it refuses: codes and wordings as the real service has them."""

import re

from slipway_local.sagemaker.errors import Refusal

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def named(name: str, of: str) -> str:
    """The name of something new. Raises Refusal."""
    if not _NAME.fullmatch(name):
        raise invalid(
            f"The name of {of} is {name!r}: give up to 255 letters, digits, underscores and "
            "hyphens."
        )
    return name


def client(message: str) -> Refusal:
    """What is wrong with a task definition, or with what is asked of it."""
    return Refusal("ClientException", message)


def invalid(message: str) -> Refusal:
    """A parameter's value that does not fit."""
    return Refusal("InvalidParameterException", message)


def no_cluster() -> Refusal:
    return Refusal("ClusterNotFoundException", "Cluster not found.")


def occupied(by: str) -> Refusal:
    return Refusal(
        f"ClusterContains{by}Exception", f"The Cluster cannot be deleted while {by} are active."
    )


def no_service() -> Refusal:
    return Refusal("ServiceNotFoundException", "Service not found.")


def no_deployment() -> Refusal:
    return Refusal(
        "ServiceDeploymentNotFoundException",
        "Service deployment not found, or not in progress any more.",
    )


def inactive_service() -> Refusal:
    return Refusal("ServiceNotActiveException", "Service was not ACTIVE.")


def unsupported(operation: str) -> Refusal:
    return Refusal(
        "UnsupportedOperation", f"{operation} is not executed by the embedded ECS.", status=501
    )
