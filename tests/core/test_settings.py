import pytest
from slipway.domain.desired import Approval
from slipway.domain.errors import InvalidInput
from slipway.settings import read
from slipway.task_ports import Place

GIVEN = {
    "SLIPWAY_PREFIX": "slipway",
    "SLIPWAY_BUCKET": "bucket",
    "SLIPWAY_TABLE": "ledger",
    "SLIPWAY_TOPIC_ARN": "arn:topic",
    "SLIPWAY_STATE_MACHINE_ARN": "arn:machine",
    "SLIPWAY_MODEL_ROLE_ARN": "arn:role",
    "SLIPWAY_CHECK_STATE_MACHINE_ARN": "arn:check",
    "SLIPWAY_SCHEDULE_ROLE_ARN": "arn:schedule-role",
    "SLIPWAY_MONITOR_ROLE_ARN": "arn:monitor-role",
    "SLIPWAY_SCHEDULE_DEAD_LETTERS_ARN": "arn:dead-letters",
    "SLIPWAY_DRIFT_NAMESPACE": "Slipway/Drift",
    "SLIPWAY_DEFAULT_APPROVAL": "manual",
    "SLIPWAY_TRUSTED_MODULES": "ourlib, theirs.models",
    "SLIPWAY_START_ROLE_ARN": "arn:start-role",
    "SLIPWAY_REMEDY_TARGETS": "arn:one,arn:two",
    "SLIPWAY_TASK_CLUSTER": "arn:cluster",
    "SLIPWAY_TASK_SUBNETS": "subnet-1, subnet-2",
    "SLIPWAY_TASK_SECURITY_GROUPS": "",
    "SLIPWAY_TASK_ROLE_ARN": "arn:task-role",
    "SLIPWAY_TASK_EXECUTION_ROLE_ARN": "arn:execution-role",
    "SLIPWAY_TASK_LOG_GROUP": "tasks",
    "AWS_REGION": "eu-west-1",
}


def test_the_environment_is_read_into_names() -> None:
    settings = read(GIVEN)
    assert (settings.site.bucket, settings.site.region) == ("bucket", "eu-west-1")
    assert settings.default_approval == Approval.MANUAL
    assert settings.trusted_modules == ("ourlib", "theirs.models")
    assert (settings.state_machine_arn, settings.check_state_machine_arn) == (
        "arn:machine",
        "arn:check",
    )
    assert (settings.schedule_role_arn, settings.schedule_dead_letters_arn) == (
        "arn:schedule-role",
        "arn:dead-letters",
    )
    assert settings.monitor_role_arn == "arn:monitor-role"
    assert settings.drift_namespace == "Slipway/Drift"
    assert (settings.start_role_arn, settings.remedy_targets) == (
        "arn:start-role",
        ("arn:one", "arn:two"),
    )
    assert settings.tasks == Place(
        "arn:cluster", ("subnet-1", "subnet-2"), (), "arn:task-role", "arn:execution-role", "tasks"
    )


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        read({key: value for key, value in GIVEN.items() if key != name})
