"""What tasks need of the world: ECS on Fargate, and where the installation lets them run."""

from dataclasses import dataclass
from typing import Protocol

from slipway.domain.task import Program, Sight


@dataclass(frozen=True, slots=True)
class Place:
    """Where tasks run, and as whom: by ARNs, but for the network's and the log group's names."""

    cluster: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    role: str = ""
    execution_role: str = ""
    log_group: str = ""


NOWHERE = Place()


class Fargate(Protocol):
    """Tasks on Fargate. Raises the errors of domain.errors."""

    def has_network(self) -> bool:
        """Whether the installation names subnets for tasks."""
        ...

    def find(self, arn: str) -> Sight | None: ...

    def started(self, token: str) -> str:
        """The ARN of the task that was started with the token; "" for none."""
        ...

    def define(self, family: str, program: Program) -> str:
        """Register the definition of a task; its ARN."""
        ...

    def start(self, definition: str, token: str) -> str:
        """Start a task, once for a token; its ARN. Raises Refused."""
        ...

    def stop(self, arn: str, reason: str) -> None:
        """Stop the task, unless ECS does not know it."""
        ...

    def retire(self, family: str) -> None:
        """Deregister all definitions of the family."""
        ...

    def lines(self, family: str, arn: str) -> list[str]:
        """What a task printed, the first so many lines of it."""
        ...
