"""Nothing that botocore lets a client say is silently ignored."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from slipway_local.sagemaker import members, service, wire
from slipway_local.sagemaker.rehearsal import Rehearsal

from tests.local.sagemaker.conftest import ROLE


def inputs() -> dict[str, Shape]:
    """The input of each operation that is executed."""
    return {
        name: shape
        for api, names in service.operations().items()
        for name in names
        if (shape := wire.service_model(api).operation_model(name).input_shape) is not None
    }


def structures(shape: Shape) -> list[StructureShape]:
    """Every structure that an executed member leads to."""
    if isinstance(shape, ListShape):
        return structures(shape.member)
    if isinstance(shape, MapShape):
        return structures(shape.value)
    if not isinstance(shape, StructureShape):
        return []
    executed = [
        member
        for name, member in shape.members.items()
        if members.fates(shape.name).get(name) == members.EXECUTED
    ]
    return [shape, *(found for member in executed for found in structures(member))]


def sendable() -> dict[str, set[str]]:
    """The members of each structure that a client may send."""
    return {
        each.name: set(each.members) for shape in inputs().values() for each in structures(shape)
    }


def test_each_member_that_a_client_may_send_has_its_fate() -> None:
    unlisted = {
        f"{name}.{member}"
        for name, names in sendable().items()
        for member in names - set(members.fates(name))
    }
    assert not unlisted, "list them in members.toml"


def test_nothing_is_listed_that_no_client_can_send() -> None:
    assert {name: set(members.fates(name)) for name in members.structures()} == sendable()


def test_no_member_has_two_fates() -> None:
    for name in members.structures():
        listed = members._document()[name].values()
        words = [word for fate in listed for word in fate.split()]
        assert len(words) == len(set(words)), name


def variant(**members: object) -> dict[str, Any]:
    usual = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    return {"VariantName": "v", "ModelName": "one", **usual, **members}


def model(**members: object) -> Callable[[Rehearsal], object]:
    container: Any = {"Image": "image", **members}
    return lambda cloud: cloud.control.create_model(
        ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=container
    )


def config(given: dict[str, Any], **members: Any) -> Callable[[Rehearsal], object]:  # noqa: ANN401
    return lambda cloud: cloud.control.create_endpoint_config(
        EndpointConfigName="c",
        ProductionVariants=[given],  # type: ignore[list-item]  # a plain dict
        **members,
    )


def invocation(**members: Any) -> Callable[[Rehearsal], object]:  # noqa: ANN401
    return lambda cloud: cloud.runtime.invoke_endpoint(EndpointName="live", Body=b"1", **members)


REFUSED: list[tuple[str, Callable[[Rehearsal], object]]] = [
    ("CoreDumpConfig", config(variant(CoreDumpConfig={"DestinationS3Uri": "s3://a/"}))),
    ("AcceleratorType", config(variant(AcceleratorType="ml.eia1.medium"))),
    (
        "ExplainerConfig",
        config(
            variant(),
            ExplainerConfig={
                "ClarifyExplainerConfig": {
                    "ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "1"}}
                }
            },
        ),
    ),
    (
        "AdditionalModelDataSources",
        model(
            AdditionalModelDataSources=[
                {
                    "ChannelName": "c",
                    "S3DataSource": {
                        "S3Uri": "s3://a/b",
                        "S3DataType": "S3Prefix",
                        "CompressionType": "None",
                    },
                }
            ]
        ),
    ),
    ("InferenceComponentName", invocation(InferenceComponentName="component")),
    ("SessionId", invocation(SessionId="NEW_SESSION")),
    ("EnableExplanations", invocation(EnableExplanations="`true`")),
    ("TargetContainerHostname", invocation(TargetContainerHostname="one")),
]


@pytest.mark.parametrize(("name", "call"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_would_not_be_honoured_is_refused_by_name(
    cloud: Rehearsal,
    serve: Callable[..., str],
    refused: Callable[..., tuple[str, str]],
    name: str,
    call: Callable[[Rehearsal], object],
) -> None:
    serve(cloud, "live")
    code, message = refused(lambda: call(cloud))
    assert code in ("ValidationException", "ValidationError")
    assert name in message
