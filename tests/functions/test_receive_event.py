from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Call, Example, Queued, World


def test_an_upload_starts_a_release(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    world.upload_model()
    answer = call("receive_event", queued(example("UploadRule.artifact.json")))
    assert answer == {"batchItemFailures": []}
    assert world.executions.started == [("housing", "housing-1")]


def test_an_event_about_nothing_starts_nothing(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    answer = call("receive_event", queued(example("UploadRule.manifest.json")))
    assert answer == {"batchItemFailures": []}
    assert world.executions.started == []


def test_a_folder_that_cannot_name_a_deployment_goes_back_alone(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    world.upload_model()
    good, bad = example("UploadRule.artifact.json"), example("UploadRule.artifact.json")
    bad = deepcopy(bad)
    bad["detail"]["object"]["key"] = "models/My Model/model.tar.gz"
    batch = queued(bad, good)
    answer = call("receive_event", batch)
    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}
    assert world.executions.started == [("housing", "housing-1")]


def test_a_batch_of_nothing_but_failures_goes_back_whole(call: "Call", queued: "Queued") -> None:
    batch = queued({"detail": None}, {})
    answer = call("receive_event", batch)
    failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failed == [record["messageId"] for record in batch["Records"]]


def test_new_baseline_data_starts_a_release(
    world: "World", call: "Call", example: "Example", queued: "Queued"
) -> None:
    world.upload_monitored()
    answer = call("receive_event", queued(example("UploadRule.baseline.json")))
    assert answer == {"batchItemFailures": []}
    assert world.executions.started == [("housing", "housing-1")]
