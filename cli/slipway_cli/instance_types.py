"""A typo in an instance type, found before anything is uploaded."""

from difflib import get_close_matches

from botocore.loaders import Loader

from slipway_cli.failures import Exit, Problem

ALIKE = 3


OF_ENDPOINTS, OF_JOBS = "ProductionVariantInstanceType", "TransformInstanceType"


def check_instance_type(instance_type: str, *, batch: bool) -> None:
    """Raises Problem, with what is spelt alike, for a type that SageMaker's API does not list: for
    transform jobs it lists others than for endpoints."""
    known = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    types = known[OF_JOBS if batch else OF_ENDPOINTS]["enum"]
    if instance_type in types:
        return
    alike = get_close_matches(instance_type, types, ALIKE)
    what = "runs no transform job" if batch else "hosts nothing"
    raise Problem(
        f"target.instance_type: SageMaker {what} on {instance_type}",
        f"Did you mean {', '.join(alike)}?" if alike else "Give a type such as ml.m5.large.",
        Exit.USAGE,
    )
