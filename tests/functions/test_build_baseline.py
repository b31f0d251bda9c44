import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_what_is_normal_is_found_out_once(world: "World", call: "Call", advance: "Advance") -> None:
    world.upload_monitored()
    document = advance("BuildBaseline")
    told = call("build_baseline", document)
    folder = told.partition("\n")[0].rpartition(" ")[2]
    assert folder.startswith("monitoring/baselines/housing/")
    files = world.files(folder)
    assert files.keys() == {"statistics.json", "constraints.json", "slipway_baseline.json"}
    assert json.loads(files["statistics.json"])["dataset"]["item_count"] == 100
    assert call("build_baseline", document) == "not needed any more; now WatchEndpoint"


def test_the_data_is_read_in_the_version_that_was_seen(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_monitored()
    document = advance("BuildBaseline")
    world.upload("models/housing/baseline.csv", b"prediction,x0,x1\n1,2,3\n")
    folder = call("build_baseline", document).partition("\n")[0].rpartition(" ")[2]
    statistics = json.loads(world.files(folder)["statistics.json"])
    assert statistics["dataset"]["item_count"] == 100


def test_data_that_cannot_be_used_is_refused_in_words(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_monitored()
    world.upload("models/housing/baseline.csv", b"prediction,x0\n")
    told = call("build_baseline", advance("BuildBaseline"))
    assert told.startswith("models/housing/baseline.csv: ")
    assert world.files("monitoring/") == {}
    assert told in advance("Announce")["reason"]
