"""Nothing that botocore lets a client say to ECS is silently ignored."""

from botocore.model import ListShape, MapShape, Shape, StructureShape
from slipway_local.ecs import service, wire
from slipway_local.sagemaker import members
from slipway_local.sagemaker.wire import service_model


def structures(shape: Shape | None) -> list[StructureShape]:
    """Every structure that an executed member leads to."""
    if isinstance(shape, ListShape):
        return structures(shape.member)
    if isinstance(shape, MapShape):
        return structures(shape.value)
    if not isinstance(shape, StructureShape):
        return []
    fates = members.fates(shape.name, wire.HERE)
    executed = [
        member for name, member in shape.members.items() if fates.get(name) == members.EXECUTED
    ]
    return [shape, *(found for member in executed for found in structures(member))]


def sendable() -> dict[str, set[str]]:
    model = service_model(wire.SERVICE)
    return {
        each.name: set(each.members)
        for name in service.operations()
        for each in structures(model.operation_model(name).input_shape)
    }


def test_exactly_what_a_client_may_send_has_its_fate() -> None:
    listed = {name: set(members.fates(name, wire.HERE)) for name in members.structures(wire.HERE)}
    assert listed == sendable()
