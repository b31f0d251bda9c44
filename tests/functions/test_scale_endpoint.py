from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_a_variant_is_registered_once(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_monitored(monitor="autoscaling: {max: 4, invocations_per_instance: 700}\n")
    document = advance("ScaleEndpoint")
    assert call("scale_endpoint", document) == "create of autoscaling: AllTraffic"
    assert call("scale_endpoint", document) == "not needed any more; now Announce"
    client = world.aws.client("application-autoscaling")
    (target,) = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert target["ResourceId"] == "endpoint/slipway-housing/variant/AllTraffic"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
