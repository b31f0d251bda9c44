from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_the_endpoint_is_created_once(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_model()
    document = advance("DeployEndpoint")
    assert call("deploy_endpoint", document) == "create of slipway-housing accepted"
    assert call("deploy_endpoint", document) == "not needed any more; now AwaitChange"
    found = world.sagemaker.control.describe_endpoint(EndpointName="slipway-housing")
    assert found["EndpointStatus"] == "Creating"


def test_a_new_upload_moves_the_endpoint(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_model()
    call("announce", advance("Announce"))
    before = world.sagemaker.control.describe_endpoint(EndpointName="slipway-housing")
    world.upload(
        "models/housing/slipway.yaml", b"image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:2"
    )
    call("announce", advance("Announce", "release-2"))
    after = world.sagemaker.control.describe_endpoint(EndpointName="slipway-housing")
    assert after["EndpointConfigName"] != before["EndpointConfigName"]
