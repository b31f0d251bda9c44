import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slipway import checking
from slipway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

MACHINE = Path(__file__).parents[2] / "statemachines" / "check.asl.json"


@pytest.fixture(autouse=True)
def _watched(world: "World", advance: "Advance") -> None:
    world.upload_monitored()
    advance("Announce")


def selected(given: dict[str, Any], shard: dict[str, Any]) -> dict[str, Any]:
    """What the state machine's map hands to each of its iterations."""
    selector = json.loads(MACHINE.read_text())["States"]["ProfileCaptures"]["ItemSelector"]
    context = {"$$.Map.Item.Value.": shard, "$.": given}
    return {
        name.removesuffix(".$"): next(
            held[path.removeprefix(prefix)]
            for prefix, held in context.items()
            if path.startswith(prefix)
        )
        for name, path in selector.items()
    }


def test_the_shards_of_a_large_window_are_profiled_and_merged(
    world: "World", call: "Call", monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, factor in (("a", 1), ("b", 1000), ("c", 1000)):
        world.capture(factor, name=name)
    monkeypatch.setattr(checking, "LARGE", 1000)
    monkeypatch.setattr(checking, "SHARD", 1000)
    document = world.due()
    owed = call("check_drift", document)
    shards = json.loads(world.files(owed["shards"])[""])
    assert len(shards) == 3
    for shard in shards:
        where = call("profile_capture", selected(document, shard))
        assert world.files(where).keys() == {""}
    done = call("check_drift", document)
    assert (done["state"], done["shards"]) == ("violations", "")
    summary = json.loads(world.files(done["folder"])["slipway_drift.json"])
    assert summary["rows"] == 300


def test_a_shard_without_keys_is_refused(world: "World", call: "Call") -> None:
    with pytest.raises(InvalidInput, match="keys: None"):
        call("profile_capture", world.due())
