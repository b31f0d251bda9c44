"""What the template tells the functions, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.domain.desired import Approval
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import Site
from slipway.task_ports import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Settings:
    """One attribute per variable that template.yaml sets under Globals."""

    site: Site
    table: str
    topic_arn: str
    state_machine_arn: str
    check_state_machine_arn: str
    schedule_role_arn: str
    monitor_role_arn: str
    schedule_dead_letters_arn: str
    drift_namespace: str
    default_approval: Approval
    trusted_modules: tuple[str, ...]
    start_role_arn: str = ""  # of those functions alone that start what alarms may start
    remedy_targets: tuple[str, ...] = ()
    tasks: Place = NOWHERE
    minute: float = 60.0  # how many seconds a minute lasts: less where time is scaled


def read(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises InvalidInput naming a variable that is missing."""
    try:
        return Settings(
            site=Site(
                prefix=environment["SLIPWAY_PREFIX"],
                bucket=environment["SLIPWAY_BUCKET"],
                region=environment["AWS_REGION"],
                role_arn=environment["SLIPWAY_MODEL_ROLE_ARN"],
            ),
            table=environment["SLIPWAY_TABLE"],
            topic_arn=environment["SLIPWAY_TOPIC_ARN"],
            state_machine_arn=environment["SLIPWAY_STATE_MACHINE_ARN"],
            check_state_machine_arn=environment["SLIPWAY_CHECK_STATE_MACHINE_ARN"],
            schedule_role_arn=environment["SLIPWAY_SCHEDULE_ROLE_ARN"],
            monitor_role_arn=environment["SLIPWAY_MONITOR_ROLE_ARN"],
            schedule_dead_letters_arn=environment["SLIPWAY_SCHEDULE_DEAD_LETTERS_ARN"],
            drift_namespace=environment["SLIPWAY_DRIFT_NAMESPACE"],
            default_approval=Approval(environment["SLIPWAY_DEFAULT_APPROVAL"]),
            trusted_modules=listed(environment["SLIPWAY_TRUSTED_MODULES"]),
            start_role_arn=environment["SLIPWAY_START_ROLE_ARN"],
            remedy_targets=listed(environment["SLIPWAY_REMEDY_TARGETS"]),
            tasks=Place(
                cluster=environment["SLIPWAY_TASK_CLUSTER"],
                subnets=listed(environment["SLIPWAY_TASK_SUBNETS"]),
                security_groups=listed(environment["SLIPWAY_TASK_SECURITY_GROUPS"]),
                role=environment["SLIPWAY_TASK_ROLE_ARN"],
                execution_role=environment["SLIPWAY_TASK_EXECUTION_ROLE_ARN"],
                log_group=environment["SLIPWAY_TASK_LOG_GROUP"],
            ),
            minute=float(environment.get("SLIPWAY_MINUTE_SECONDS", "60")),
        )
    except KeyError as missing:
        raise InvalidInput(
            f"environment: {missing} is not set; template.yaml sets it under Globals"
        ) from missing


def listed(text: str) -> tuple[str, ...]:
    """The names in a list with commas between."""
    return tuple(name for part in text.split(",") if (name := part.strip()))
