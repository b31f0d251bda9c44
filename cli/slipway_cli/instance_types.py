"""A typo in an instance type, found before anything is uploaded."""

from difflib import get_close_matches

from botocore.loaders import Loader

from slipway_cli.failures import Exit, Problem

ALIKE = 3


def check_instance_type(instance_type: str) -> None:
    """Raises Problem, with what is spelt alike, for a type that SageMaker's API does not list."""
    known = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    types = known["ProductionVariantInstanceType"]["enum"]
    if instance_type in types:
        return
    alike = get_close_matches(instance_type, types, ALIKE)
    raise Problem(
        f"target.instance_type: SageMaker hosts nothing on {instance_type}",
        f"Did you mean {', '.join(alike)}?" if alike else "Give a type such as ml.m5.large.",
        Exit.USAGE,
    )
