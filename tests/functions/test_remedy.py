from typing import TYPE_CHECKING

from tests.functions.conftest import MANIFEST

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

ALARM = "slipway-housing.AllTraffic.ModelLatency"
ALARMS = "alarms: [{metric: ModelLatency, above: 2s, remedy: {scale_out: {up_to: 2}}}]\n"


def test_an_alarm_that_rings_gets_its_remedy_and_people_hear_of_it(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model(manifest=f"{MANIFEST}{ALARMS}")
    call("announce", advance("Announce", "one"))
    world.aws.client("cloudwatch").set_alarm_state(
        AlarmName=ALARM, StateValue="ALARM", StateReason="2 of 3"
    )
    assert call("remedy", advance("Remedy", "two")) == f"{ALARM}: scale_out is at work: 2 of 3"
    told = call("remedy", advance("Remedy", "two"))
    assert told == f"tell: {ALARM}: scale_out is at work: 2 of 3"
    assert world.ports.endpoints.describe("slipway-housing").counts == {"AllTraffic": 2}  # type: ignore[union-attr]
