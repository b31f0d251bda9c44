"""What watches an update by SageMaker, and what its alarms have to say."""

from slipway.release import announce, deploy_endpoint
from slipway.watching import watch_endpoint

from tests.core.conftest import IMAGE, Advance, Archive, House

CANARY = "rollout: {type: canary, canary_size: 50%, wait_interval: 3m, termination_wait: 3m}"
KINDS = ("5xx", "4xx", "latency", "no-answer")
GUARDS = {f"slipway-h.AllTraffic.{kind}" for kind in KINDS}
THEIRS = "an-alarm-of-theirs"


def released(house: House, archive: Archive, advance: Advance, more: str = CANARY) -> None:
    house.bucket.upload("models/h/slipway.yaml", f"{IMAGE}\n{more}\n".encode())
    house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": b"0.5"}))
    announce(house.ports, advance("Announce"))


def push(house: House, archive: Archive) -> None:
    house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": b"0.7"}))


def test_alarms_are_made_for_each_variant_and_kept(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance)
    assert house.alarms.made.keys() == GUARDS
    assert house.ports.ledger.load("h").alarms == tuple(sorted(GUARDS))
    push(house, archive)
    announce(house.ports, advance("Announce", "two"))
    assert house.alarms.made.keys() == GUARDS


def test_lost_alarms_are_made_again_before_the_update_and_nothing_else_is_touched(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance)
    house.alarms.made.pop("slipway-h.AllTraffic.5xx")
    push(house, archive)
    task = advance("WatchEndpoint", "two")
    assert watch_endpoint(house.ports, task) == "guard of what watches slipway-h"
    assert house.alarms.made.keys() == GUARDS
    assert not house.schedules[next(iter(house.schedules))].made


def test_an_update_that_an_alarm_ends_is_told_with_what_the_alarm_saw(
    house: House, archive: Archive, advance: Advance
) -> None:
    released(house, archive, advance)
    push(house, archive)
    deploy_endpoint(house.ports, advance("DeployEndpoint", "two"))
    house.cloud.pass_time(120)
    name = "slipway-h.AllTraffic.5xx"
    house.cloud.alarms.add(name)
    house.alarms.reasons[name] = "Threshold Crossed: 2 out of the last 3 datapoints [0.4, 0.5]."
    house.cloud.pass_time(60)
    announce(house.ports, advance("Announce", "two"))
    told = house.announcements.told[-1]
    assert told.verdict == "Held"
    assert f"{name}: Threshold Crossed: 2 out of the last 3 datapoints [0.4, 0.5]" in told.reason
    # Later it may be quiet; what was told stays what it was.
    house.alarms.reasons.clear()
    again = advance("Announce", "two")
    announce(house.ports, again)
    assert len(house.announcements.told) == 2


def test_the_user_s_own_alarms_are_given_to_sagemaker_too(
    house: House, archive: Archive, advance: Advance
) -> None:
    manifest = CANARY.replace("3m}", f"3m, alarms: [{THEIRS}]}}")
    released(house, archive, advance, manifest)
    push(house, archive)
    announce(house.ports, advance("Announce", "two"))
    assert f"there is no alarm {THEIRS}" in house.announcements.told[-1].reason
