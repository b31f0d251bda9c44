"""What is done about an alarm: written first, done once, told."""

from collections.abc import Mapping

import pytest
from slipway.domain.alarms import AlarmState
from slipway.domain.errors import Refused, Throttled, Unanswered
from slipway.domain.remedy import Outcome, Remedied
from slipway.release import announce, decide_release
from slipway.remedying import remedy

from tests.core.conftest import IMAGE, Advance, Archive, House
from tests.simulation.fakes import MemoryStarts

ALARM = "slipway-h.AllTraffic.ModelLatency"


def released(house: House, archive: Archive, advance: Advance, cures: str) -> None:
    """A deployment with an alarm and its remedies, released twice."""
    manifest = f"alarms: [{{metric: ModelLatency, above: 2s, remedy: {cures}}}]"
    house.bucket.upload("models/h/slipway.yaml", f"{IMAGE}\n{manifest}\n".encode())
    for number in (1, 2):
        house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": b"%d" % number}))
        announce(house.ports, advance("Announce", f"release-{number}"))
        house.cloud.pass_time(60)


def ring(house: House) -> None:
    house.alarms.change(ALARM, AlarmState.ALARM, "2 of 3")


def entries(house: House) -> tuple[Remedied, ...]:
    return house.ports.ledger.load("h").remedied


def test_people_and_other_systems_hear_of_a_remedy_and_of_its_end(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "{scale_out: {up_to: 2}}")
    ring(house)
    for _ in range(2):
        remedy(house.ports, advance("Remedy", "three"))
    house.alarms.change(ALARM, AlarmState.OK)
    announce(house.ports, advance("Announce", "three"))
    told = [subject for _, subject, _ in house.announcements.drifts]
    assert told == ["h: scale_out is at work", "h: scale_out helped"]
    assert [(kind, event["outcome"]) for kind, event in house.bus.events] == [
        ("Slipway Remedy", "is at work"),
        ("Slipway Remedy", "helped"),
    ]
    moments = [moment.what for moment in house.ports.ledger.history("h")]
    assert {"Remedy (take)", "Remedy (note)", "Remedy (tell)"} <= {*moments}


def test_instances_are_added_and_given_back(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "{scale_out: {by: 2, up_to: 4}}")
    ring(house)
    remedy(house.ports, advance("Remedy", "three"))
    assert house.ports.endpoints.describe("slipway-h").counts == {"AllTraffic": 3}  # type: ignore[union-attr]
    house.alarms.change(ALARM, AlarmState.OK)
    announce(house.ports, advance("Announce", "three"))
    house.cloud.pass_time(3600)
    announce(house.ports, advance("Announce", "four"))
    assert house.ports.endpoints.describe("slipway-h").counts == {"AllTraffic": 1}  # type: ignore[union-attr]
    (entry,) = entries(house)
    assert (entry.outcome, entry.counts, entry.told) == (Outcome.HELPED, (), True)


def test_the_release_before_serves_again_all_at_once(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "rollback")
    before = house.ports.ledger.load("h").attempts.good[1].config
    ring(house)
    remedy(house.ports, advance("Remedy", "three"))
    house.alarms.change(ALARM, AlarmState.OK)
    announce(house.ports, advance("Announce", "three"))
    live = house.ports.endpoints.describe("slipway-h")
    assert live is not None
    assert live.config == before
    assert entries(house)[0].outcome == Outcome.HELPED
    assert "as release 1 did" in house.announcements.told[-1].reason


def test_the_same_serves_on_fresh_instances(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "replace")
    before = house.ports.endpoints.describe("slipway-h")
    ring(house)
    remedy(house.ports, advance("Remedy", "three"))
    house.alarms.change(ALARM, AlarmState.OK)
    announce(house.ports, advance("Announce", "three"))
    live = house.ports.endpoints.describe("slipway-h")
    assert before is not None
    assert live is not None
    assert live.config != before.config
    record = house.ports.ledger.load("h")
    good = record.attempts.good
    assert good[0].packages == good[1].packages
    assert [release.number for release in record.releases.last] == [2, 1]


class Deaf(MemoryStarts):
    """It starts nothing, for a reason."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def start(self, name: str, token: str, document: Mapping[str, object]) -> None:
        super().start(name, token, document)
        raise self.error


def test_what_is_started_hears_of_the_alarm(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "{start: retrain}")
    ring(house)
    remedy(house.ports, advance("Remedy", "three"))
    announce(house.ports, advance("Announce", "three"))
    ((name, document),) = house.starts.started.values()
    assert name == "retrain"
    assert document["deployment"] == "h"
    assert document["alarm"] == {
        "name": ALARM,
        "since": entries(house)[0].since,
        "reason": "2 of 3",
    }
    assert house.starts.asked == 1


def test_what_may_not_be_started_is_told_and_the_next_remedy_taken(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "[{start: retrain}, notify]")
    object.__setattr__(house.ports, "starts", Deaf(Refused("start: retrain is nothing")))
    ring(house)
    announce(house.ports, advance("Announce", "three"))
    assert [(e.cure.words, e.outcome) for e in entries(house)] == [
        ("start retrain", Outcome.FAILED),
        ("notify", Outcome.DONE),
    ]


def test_what_was_certainly_not_done_is_tried_again(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "{start: retrain}")
    object.__setattr__(house.ports, "starts", Deaf(Throttled("later")))
    ring(house)
    task = advance("Remedy", "three")
    with pytest.raises(Throttled):
        remedy(house.ports, task)
    assert entries(house) == ()
    object.__setattr__(house.ports, "starts", house.starts)
    remedy(house.ports, task)
    assert len(house.starts.started) == 1


def test_what_may_have_been_done_is_not_done_again(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "{start: retrain}")
    object.__setattr__(house.ports, "starts", Deaf(Unanswered("a time-out")))
    ring(house)
    task = advance("Remedy", "three")
    with pytest.raises(Unanswered):
        remedy(house.ports, task)
    object.__setattr__(house.ports, "starts", house.starts)
    announce(house.ports, advance("Announce", "three"))
    assert house.starts.started == {}
    assert len(entries(house)) == 1


def test_a_remedy_is_not_taken_where_it_is_owed_no_more(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "notify")
    ring(house)
    task = advance("Remedy", "three")
    house.alarms.change(ALARM, AlarmState.OK)
    assert remedy(house.ports, task) == "not needed any more; now Announce"


def test_a_deployment_that_an_alarm_holds_is_let_go_by_a_person(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance, "hold")
    ring(house)
    announce(house.ports, advance("Announce", "three"))
    house.alarms.change(ALARM, AlarmState.OK)
    announce(house.ports, advance("Announce", "four"))
    assert house.announcements.told[-1].verdict == "Held"
    decide_release(house.ports, "h", "five", again=True)
    announce(house.ports, advance("Announce", "five"))
    assert house.announcements.told[-1].verdict == "Released"
