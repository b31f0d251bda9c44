from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_the_golden_requests_are_sent_and_their_verdict_kept(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model()
    assert call("probe_endpoint", advance("ProbeEndpoint")) == "1 of 1 probes passed"
    (probed,) = world.ports.ledger.load("housing").probes.last
    assert probed.proven


def test_a_probe_that_fails_says_why(world: "World", call: "Call", advance: "Advance") -> None:
    manifest = (
        "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1\n"
        "probes: [{body: '1,2', expect: {status: 418}}]\n"
    )
    world.upload_model(manifest=manifest)
    assert "expected 418" in call("probe_endpoint", advance("ProbeEndpoint"))
