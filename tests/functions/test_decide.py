from typing import TYPE_CHECKING

import pytest
from slipway.domain.errors import InvalidInput, Owned

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_an_upload_is_inspected_first(world: "World", call: "Call") -> None:
    world.upload_model()
    document = call("decide", {"deployment": "housing", "execution": "release-1"})
    reason = document.pop("reason")
    assert document == {
        "deployment": "housing",
        "execution": "release-1",
        "fence": 1,
        "generation": 1,
        "hints": 0,
        "step": "InspectArtifact",
        "timeout": None,
    }
    assert "models/housing/model.tar.gz" in reason


def test_a_wait_says_how_long_it_may_take(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_model()
    call("deploy_endpoint", advance("DeployEndpoint"))
    document = call("decide", {"deployment": "housing", "execution": "release-1"})
    assert document["step"] == "AwaitChange"
    assert document["timeout"] > 0


def test_a_second_release_is_told_who_owns_the_deployment(world: "World", call: "Call") -> None:
    world.upload_model()
    world.executions.running.add("release-1")
    call("decide", {"deployment": "housing", "execution": "release-1"})
    with pytest.raises(Owned, match="release-1"):
        call("decide", {"deployment": "housing", "execution": "release-2"})


@pytest.mark.parametrize("document", [{}, {"deployment": "../x", "execution": "r"}])
def test_an_execution_that_was_started_wrongly_is_told_why(
    call: "Call", document: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput, match="deployment"):
        call("decide", document)
