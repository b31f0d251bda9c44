"""Starting and waking releases."""

from collections.abc import Callable, Collection, Mapping
from math import inf

import pytest
from slipway.domain.desired import Uploads
from slipway.nudging import deployments, nudge, sweep
from slipway.registering import inspect_artifact
from slipway.release import announce, await_change, decide_release
from slipway.stepping import Task

from tests.core.conftest import House

Archive = Callable[[Mapping[str, bytes]], bytes]


def upload(house: House, deployment: str = "h", content: bytes = b"no archive") -> None:
    house.bucket.upload(f"models/{deployment}/model.tar.gz", content)


def settle(house: House) -> None:
    """Run the release of an artifact that is refused, to its end."""
    task = Task("h", decide_release(house.ports, "h", "one").record.fence, "one")
    inspect_artifact(house.ports, task)
    announce(house.ports, task)


def test_an_upload_starts_a_release_under_a_name_that_is_used_once(house: House) -> None:
    upload(house)
    assert nudge(house.ports, "h", "uploaded") == "Started"
    assert nudge(house.ports, "h", "uploaded") == "Started"
    assert house.executions.started == ["h-1", "h-2"]


def test_nothing_is_started_where_nothing_was_uploaded(house: House) -> None:
    assert nudge(house.ports, "h", "a stray event") == "Nothing to do"
    assert house.executions.started == []


def test_a_release_at_work_is_left_to_look_for_itself(house: House) -> None:
    upload(house)
    decide_release(house.ports, "h", "one")
    house.executions.running.add("one")
    assert nudge(house.ports, "h", "uploaded") == "Noted"
    assert house.ports.ledger.load("h").hints == 1


def test_a_release_that_sleeps_is_woken(house: House) -> None:
    upload(house)
    look = decide_release(house.ports, "h", "one")
    house.executions.running.add("one")
    house.executions.sleeping.add("token")
    await_change(house.ports, Task("h", look.record.fence), "token", look.record.hints)
    assert nudge(house.ports, "h", "endpoint changed") == "Woken"
    assert nudge(house.ports, "h", "endpoint changed") == "Noted"


def test_a_release_that_died_in_its_sleep_is_replaced(house: House) -> None:
    upload(house)
    look = decide_release(house.ports, "h", "one")
    await_change(house.ports, Task("h", look.record.fence), "token", look.record.hints)
    assert nudge(house.ports, "h", "endpoint changed") == "Started"


def test_a_settled_deployment_is_left_alone_until_something_new_is_uploaded(house: House) -> None:
    upload(house)
    settle(house)
    assert nudge(house.ports, "h", "the same event again") == "Nothing to do"
    upload(house, content=b"another")
    assert nudge(house.ports, "h", "uploaded") == "Started"


def test_the_sweep_finds_what_no_event_told(house: House) -> None:
    upload(house)
    assert sweep(house.ports) == {"h": "Started"}


def test_the_sweep_leaves_alone_what_is_settled(house: House) -> None:
    upload(house)
    settle(house)
    assert sweep(house.ports) == {}


def test_the_sweep_says_nothing_to_a_release_at_work(house: House) -> None:
    upload(house)
    decide_release(house.ports, "h", "one")
    house.executions.running.add("one")
    assert sweep(house.ports) == {}
    assert house.ports.ledger.load("h").hints == 0


def test_the_sweep_wakes_a_sleeper_that_nobody_told_of_an_upload(house: House) -> None:
    upload(house)
    look = decide_release(house.ports, "h", "one")
    house.executions.running.add("one")
    house.executions.sleeping.add("token")
    await_change(house.ports, Task("h", look.record.fence), "token", look.record.hints)
    upload(house, content=b"another")
    assert sweep(house.ports) == {"h": "Woken"}


def test_the_sweep_leaves_alone_what_somebody_saw_to_while_it_looked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = house.bucket.newest

    def decided_meanwhile(deployment: str, parts: Collection[str], _arrived: object) -> Uploads:
        monkeypatch.setattr(house.bucket, "newest", newest)
        decide_release(house.ports, "h", "one")
        return newest(deployment, parts)

    upload(house)
    monkeypatch.setattr(house.bucket, "newest", decided_meanwhile)
    assert sweep(house.ports) == {}


def test_the_sweep_goes_on_past_a_deployment_that_cannot_be_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = house.bucket.newest

    def broken(deployment: str, parts: Collection[str], _arrived: object) -> Uploads:
        if deployment == "a":
            raise PermissionError("a's folder is closed")
        return newest(deployment, parts)

    monkeypatch.setattr(house.bucket, "newest", broken)
    upload(house, "a")
    upload(house, "b")
    with pytest.raises(ExceptionGroup, match="1 deployments could not be looked at") as failed:
        sweep(house.ports)
    assert house.executions.started == ["b-1"]
    assert failed.value.exceptions[0].__notes__ == ["in the sweep of a"]


def test_a_sweep_looks_at_deployments_whose_folder_is_gone(house: House) -> None:
    upload(house, "a")
    upload(house)
    nudge(house.ports, "h", "uploaded")
    house.bucket.remove("models/h/", inf)
    assert deployments(house.ports) == ["a", "h"]
