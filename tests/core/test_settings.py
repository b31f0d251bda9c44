import pytest
from slipway.domain.desired import Approval
from slipway.domain.errors import InvalidInput
from slipway.settings import read

GIVEN = {
    "SLIPWAY_PREFIX": "slipway",
    "SLIPWAY_BUCKET": "bucket",
    "SLIPWAY_TABLE": "ledger",
    "SLIPWAY_TOPIC_ARN": "arn:topic",
    "SLIPWAY_STATE_MACHINE_ARN": "arn:machine",
    "SLIPWAY_MODEL_ROLE_ARN": "arn:role",
    "SLIPWAY_DEFAULT_APPROVAL": "manual",
    "AWS_REGION": "eu-west-1",
}


def test_the_environment_is_read_into_names() -> None:
    settings = read(GIVEN)
    assert (settings.site.bucket, settings.site.region) == ("bucket", "eu-west-1")
    assert settings.default_approval == Approval.MANUAL


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        read({key: value for key, value in GIVEN.items() if key != name})
