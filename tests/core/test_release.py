"""The steps of a release, one by one. Whole histories are in tests/simulation."""

from collections.abc import Callable, Iterable, Mapping

import pytest
from slipway.domain import naming
from slipway.domain.desired import Artifact
from slipway.domain.errors import LeaseLost, LookAgain, Owned, Refused, Throttled
from slipway.domain.steps import Verdict, name
from slipway.registering import READINGS, inspect_artifact, register_model
from slipway.release import announce, await_change, decide_release, deploy_endpoint, probe_endpoint
from slipway.stepping import Task

from tests.core.conftest import House

Archive = Callable[[Mapping[str, bytes]], bytes]
Take = Callable[[], Task]
KEY = "models/h/model.tar.gz"
STEPS: Mapping[str, Callable[..., str]] = {
    "InspectArtifact": inspect_artifact,
    "RegisterModel": register_model,
    "DeployEndpoint": deploy_endpoint,
    "ProbeEndpoint": probe_endpoint,
    "Announce": announce,
}


@pytest.fixture
def take(house: House) -> Take:
    """Decide as the execution `one`; its task."""

    def decide() -> Task:
        return Task("h", decide_release(house.ports, "h", "one").record.fence, "one")

    return decide


@pytest.fixture
def uploaded(house: House, archive: Archive, regression: bytes) -> bytes:
    """A scikit-learn artifact under the prefix of h."""
    content = archive({"model.joblib": regression})
    house.bucket.upload(KEY, content)
    return content


def run(house: House) -> list[str]:
    """Release to the end, letting time pass where the release waits; the steps it took."""
    taken = []
    for _ in range(20):
        found = decide_release(house.ports, "h", "one")
        step = name(found.step)
        taken.append(step)
        if step == "AwaitChange":
            house.cloud.pass_time(600)
            continue
        STEPS[step](house.ports, Task("h", found.record.fence, "one"))
        if step == "Announce":
            break
    return taken


def test_a_first_release_goes_step_by_step_to_its_announcement(
    house: House, uploaded: bytes
) -> None:
    del uploaded
    steps = [step for step in run(house) if step != "AwaitChange"]
    assert steps == [
        "InspectArtifact",
        "RegisterModel",
        "DeployEndpoint",
        "ProbeEndpoint",
        "Announce",
    ]
    told = house.announcements.told
    assert [announced.verdict for announced in told] == [Verdict.RELEASED]


def test_releasing_again_finds_nothing_to_do_and_tells_nobody_twice(
    house: House, uploaded: bytes
) -> None:
    del uploaded
    run(house)
    assert run(house) == ["Announce"]
    assert len(house.announcements.told) == 1


def no_quota(house: House) -> None:
    house.cloud.service.account.quotas = {"ml.m5.large for endpoint usage": 0}


def test_what_the_account_cannot_do_is_held_with_what_helps_and_tried_again(
    house: House, uploaded: bytes
) -> None:
    del uploaded
    no_quota(house)
    run(house)
    (held,) = house.announcements.told
    assert held.verdict == Verdict.HELD
    assert held.reason.startswith("account: The account-level service limit 'ml.m5.large")
    for helps in ("ask for a higher quota", "`slipway sync h --again`", "nothing serves"):
        assert helps in held.reason
    assert run(house) == ["Announce"]
    for pause in (900, 1800):
        house.cloud.pass_time(pause - 1)
        assert run(house) == ["Announce"]
        house.cloud.pass_time(1)
        assert run(house) == ["DeployEndpoint", "Announce"]
    assert len(house.announcements.told) == 1
    house.cloud.service.account.quotas = {}
    house.cloud.pass_time(3600)
    run(house)
    assert house.announcements.told[-1].verdict == Verdict.RELEASED


def test_what_waits_is_tried_at_once_when_somebody_asks(house: House, uploaded: bytes) -> None:
    del uploaded
    no_quota(house)
    run(house)
    house.cloud.service.account.quotas = {}
    found = decide_release(house.ports, "h", "two", again=True)
    assert name(found.step) == "DeployEndpoint"
    again = decide_release(house.ports, "h", "two", again=True)
    assert again.record.desired == found.record.desired


def test_a_refusal_of_the_registry_is_a_verdict(
    house: House, uploaded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise Refused("1 validation error detected.")

    del uploaded
    monkeypatch.setattr(house.ports.registry, "register", refuse)
    assert run(house) == ["InspectArtifact", "RegisterModel", "Announce"]
    (held,) = house.announcements.told
    assert held.reason.startswith("RegisterModel was refused: 1 validation error detected; ")
    monkeypatch.undo()


def test_a_second_owner_is_turned_away(house: House, take: Take) -> None:
    take()
    house.executions.running.add("one")
    with pytest.raises(Owned):
        decide_release(house.ports, "h", "two")


@pytest.mark.parametrize("step", sorted(STEPS))
def test_no_step_acts_for_an_owner_that_lost_its_lease(
    house: House, take: Take, uploaded: bytes, step: str
) -> None:
    del uploaded
    lost = take()
    decide_release(house.ports, "h", "two")
    with pytest.raises(LeaseLost):
        STEPS[step](house.ports, lost)


def test_what_is_served_is_pinned_under_its_digest(house: House, uploaded: bytes) -> None:
    run(house)
    assert uploaded in house.bucket.pinned.values()
    assert all(house.bucket.held_its_digest(key) for key in house.bucket.pinned if "/model" in key)
    assert any(key.startswith("scripts/sha256/") for key in house.bucket.pinned)


def test_inspecting_again_changes_nothing(house: House, take: Take, uploaded: bytes) -> None:
    del uploaded
    task = take()
    assert inspect_artifact(house.ports, task) == inspect_artifact(house.ports, task)


def test_bytes_that_end_their_reader_again_and_again_are_refused(
    house: House, take: Take, uploaded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    del uploaded

    def killed(_artifact: Artifact) -> Iterable[bytes]:
        raise SystemExit

    monkeypatch.setattr(house.bucket, "read", killed)
    for release in range(READINGS):
        fence = decide_release(house.ports, "h", f"release {release}").record.fence
        for _ in range(3):
            with pytest.raises(SystemExit):
                inspect_artifact(house.ports, Task("h", fence))
    assert "could not be read within the time and memory" in inspect_artifact(house.ports, take())


def test_an_inspection_that_ended_counts_no_more(house: House, take: Take, uploaded: bytes) -> None:
    del uploaded
    inspect_artifact(house.ports, take())
    assert house.ports.ledger.load("h").readings is None


def test_a_service_that_was_busy_says_nothing_against_the_bytes(
    house: House, take: Take, uploaded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    del uploaded

    def busy(_artifact: Artifact) -> Iterable[bytes]:
        raise Throttled("slow down")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(house.bucket, "read", busy)
        for _ in range(2 * READINGS):
            with pytest.raises(Throttled):
                inspect_artifact(house.ports, take())
    assert inspect_artifact(house.ports, take()).startswith("sklearn 1.4.2 LinearRegression")


def test_an_attempt_is_written_down_before_the_endpoint_is_touched(
    house: House, take: Take, uploaded: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    del uploaded
    for step in (inspect_artifact, register_model):
        step(house.ports, take())

    def killed(_name: str, _config: str) -> None:
        raise SystemExit

    task = take()
    monkeypatch.setattr(house.ports.endpoints, "create", killed)
    with pytest.raises(SystemExit):
        deploy_endpoint(house.ports, task)
    made = house.ports.ledger.load("h").attempts.made
    assert [(attempt.number, attempt.accepted) for attempt in made] == [(1, False)]
    assert house.ports.endpoints.describe(naming.endpoint_name(house.ports.site, "h")) is None


def test_a_step_that_is_no_longer_owed_is_not_made(house: House, uploaded: bytes) -> None:
    del uploaded
    run(house)
    task = Task("h", decide_release(house.ports, "h", "one").record.fence, "one")
    assert deploy_endpoint(house.ports, task) == "not needed any more; now Announce"


def test_a_model_whose_package_was_deleted_too_is_made_of_what_was_registered_anew(
    house: House, uploaded: bytes
) -> None:
    del uploaded
    run(house)
    record = house.ports.ledger.load("h")
    released = record.attempts.good[0]
    assert released.plan is not None
    house.cloud.control.delete_model(ModelName=released.plan.models[0].name)
    house.cloud.control.delete_model_package(ModelPackageName=released.packages[0])
    house.cloud.pass_time(60)
    steps = [step for step in run(house) if step != "AwaitChange"]
    assert steps[:2] == ["RegisterModel", "DeployEndpoint"]
    assert house.ports.endpoints.has_model(released.plan.models[0].name)
    assert [announced.verdict for announced in house.announcements.told] == [Verdict.RELEASED] * 2


def test_a_release_sleeps_unless_something_happened_since_it_looked(
    house: House, take: Take
) -> None:
    assert await_change(house.ports, take(), "token", hints=0) == "asleep"
    house.executions.sleeping.add("late")
    said = await_change(house.ports, take(), "late", hints=-1)
    assert "something happened" in said
    assert "late" not in house.executions.sleeping


def test_nothing_is_announced_while_something_is_owed(
    house: House, take: Take, uploaded: bytes
) -> None:
    del uploaded
    with pytest.raises(LookAgain, match="InspectArtifact"):
        announce(house.ports, take())
    assert house.announcements.told == []
