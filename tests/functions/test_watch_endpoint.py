from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_a_schedule_and_an_alarm_are_made_once(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_monitored()
    document = advance("WatchEndpoint")
    assert call("watch_endpoint", document) == "create of what watches slipway-housing"
    assert call("watch_endpoint", document) == "not needed any more; now Announce"
    assert world.due()["endpoint"] == "slipway-housing"
    found = world.aws.client("cloudwatch").describe_alarms(AlarmNames=["slipway-housing-drift"])
    assert len(found["MetricAlarms"]) == 1


def test_what_somebody_deleted_is_made_again(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_monitored()
    call("announce", advance("Announce"))
    world.aws.client("cloudwatch").delete_alarms(AlarmNames=["slipway-housing-drift"])
    told = call("watch_endpoint", advance("WatchEndpoint", "release-2"))
    assert told == "update of what watches slipway-housing"
    assert advance("Announce", "release-2")["reason"].startswith(
        "version 1 serves; 1 of 1 probes passed"
    )


def test_nothing_watches_what_nobody_wants_watched(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_monitored()
    call("announce", advance("Announce"))
    world.upload_monitored(monitor="capture: {percentage: 100}\n")
    told = call("watch_endpoint", advance("WatchEndpoint", "release-2"))
    assert told == "delete of what watches slipway-housing"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.due()
    found = world.aws.client("cloudwatch").describe_alarms(AlarmNames=["slipway-housing-drift"])
    assert found["MetricAlarms"] == []
