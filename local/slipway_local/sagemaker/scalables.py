"""What Application Auto Scaling remembers: targets, their policies, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INSTANCES = "sagemaker:variant:DesiredInstanceCount"
CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"


@dataclass(frozen=True, slots=True)
class Place:
    """A capacity of one variant of one endpoint: what a target and its policies are of."""

    endpoint: str
    variant: str
    dimension: str

    @property
    def resource(self) -> str:
        """The ResourceId."""
        return f"endpoint/{self.endpoint}/variant/{self.variant}"

    def members(self) -> dict[str, str]:
        """As every answer names it."""
        return {
            "ServiceNamespace": "sagemaker",
            "ResourceId": self.resource,
            "ScalableDimension": self.dimension,
        }


@dataclass(slots=True)
class Target:
    """A registered place and the bounds of its capacity. `due` is when the cooldown of its last
    change ends; after one to less (`shrunk`) more can be had at once."""

    arn: str
    place: Place
    created: float
    least: int
    most: int
    role: str
    suspended: Mapping[str, bool]
    due: float = 0.0
    shrunk: bool = False


@dataclass(slots=True)
class Policy:
    """A scaling policy; `body` is its configuration, `alarms` those it has made itself."""

    arn: str
    name: str
    place: Place
    created: float
    kind: str
    body: Mapping[str, Any]
    alarms: list[str]


@dataclass(slots=True)
class Activity:
    """A change of capacity; it has `ended` when the endpoint is in service again."""

    id: str
    place: Place
    wanted: int
    cause: str
    began: float
    ended: float | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """An alarm in the state ALARM whose action is a policy, and its metric's last value."""

    name: str
    value: float
    threshold: float
