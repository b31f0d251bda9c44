from typing import TYPE_CHECKING

import pytest
from slipway.domain.errors import LeaseLost

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_what_an_artifact_is_stays_on_the_ledger(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model()
    summary = call("inspect_artifact", advance("InspectArtifact"))
    (inspected,) = world.ports.ledger.load("housing").inspected
    assert inspected.summary == summary
    assert len(inspected.sha256) == 64


def test_what_may_not_be_used_is_refused_in_words(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload("models/housing/model.tar.gz", b"not an archive")
    refusal = call("inspect_artifact", advance("InspectArtifact"))
    (inspected,) = world.ports.ledger.load("housing").inspected
    assert inspected.refused == refusal


def test_a_release_that_lost_its_lease_stops(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model()
    document = advance("InspectArtifact")
    world.executions.running.clear()
    advance("InspectArtifact", "release-2")
    with pytest.raises(LeaseLost):
        call("inspect_artifact", document)
