"""The keys below `rollout` in slipway.yaml where SageMaker moves the traffic. Their docstrings are
what the page says.

Source of the bounds: DeploymentConfig, SageMaker API reference.
"""

from abc import abstractmethod
from collections.abc import Mapping
from itertools import product
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from slipway.domain.rollout import Guarded, Guards, Size, Way
from slipway.rollout_keys import Span, duration, seconds, share
from slipway.strict_keys import Strict

Share = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d+)?%$")]
Extent = Annotated[str, Field(pattern=r"^\d{1,2}%$")] | Annotated[int, Field(ge=1, le=500)]
Latency = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(ms|s)$")]
AlarmName = Annotated[str, Field(min_length=1, max_length=255)]
MOST_WAIT, LEAST_TIMEOUT, MOST_TIMEOUT = 3600, 600, 28_800
# Two of three minutes have to be bad before an alarm rings, and each is complete a while after.
LEAST_BAKE = 180
MOST_ALARMS, OWN_ALARMS = 10, 4


class GuardKeys(Strict):
    """From where on Slipway's own alarms send a new version back, for each variant."""

    errors_5xx: Share = "1%"
    """The share of the requests that the model answers with a status of 500 and above."""
    errors_4xx: Share = "20%"
    """The share of the requests that it answers with a status from 400 to 499."""
    latency_p99: Latency = "30s"
    """What the slowest hundredth of the answers takes: 800ms or 2s."""
    no_answer: Share = "20%"
    """The share of the requests that get no answer, or one with an error."""

    def policy(self) -> Guards:
        """The same as numbers."""
        shares = (share(each) for each in (self.errors_5xx, self.errors_4xx, self.no_answer))
        errors_5xx, errors_4xx, no_answer = shares
        return Guards(errors_5xx, errors_4xx, duration(self.latency_p99), no_answer)


class Guardrails(Strict):
    """By the service: SageMaker moves the traffic, and moves it back when an alarm rings."""

    maximum_execution_timeout: Span | None = None
    """How long all of it may take, 10m to 8h, before it is rolled back."""
    alarms: Annotated[list[AlarmName], Field(max_length=10)] = Field(default=[])
    """Alarms of your own that send it back, too, by their names."""
    guards: GuardKeys = GuardKeys()
    """From where on Slipway's own alarms do."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """How often the alarms watch for as long as `bake` says."""

    @property
    @abstractmethod
    def bake(self) -> str: ...

    @abstractmethod
    def policy(self) -> Guarded: ...

    @property
    def extents(self) -> tuple[Extent, ...]:
        """The sizes that are shares of a variant's instances."""
        return ()

    @property
    def timeout(self) -> int | None:
        """The longest that all of it may take, in seconds."""
        given = self.maximum_execution_timeout
        return seconds(given) if given else None

    @model_validator(mode="after")
    def _watches_for_long_enough(self) -> Self:
        if not LEAST_BAKE <= seconds(self.bake) <= MOST_WAIT:
            raise ValueError(
                f"{self.bake} is no time in which alarms can watch: they need 3m to ring, and "
                "SageMaker waits 1h at most"
            )
        waits, timeout = self.steps * seconds(self.bake), self.timeout
        if timeout is None:
            return self
        if not LEAST_TIMEOUT <= timeout <= MOST_TIMEOUT:
            raise ValueError("`maximum_execution_timeout` is from 10m to 8h")
        if waits >= timeout:
            raise ValueError(
                f"its waits alone take {waits} s, so it would always be rolled back after "
                f"{timeout} s; give a longer `maximum_execution_timeout`"
            )
        return self


class _BlueGreen(Guardrails):
    """All instances of the new version stand beside those of the old one."""

    termination_wait: Span = "10m"
    """How long the old instances are kept once all traffic has moved, to go back to; 1h at most."""

    @model_validator(mode="after")
    def _lets_go(self) -> Self:
        if seconds(self.termination_wait) > MOST_WAIT:
            raise ValueError("`termination_wait` is an hour at most; give 1h or less")
        return self


class AllAtOnce(_BlueGreen):
    """By the service: all traffic at once, and back when an alarm rings."""

    type: Literal["all_at_once"]
    """All of the traffic moves at once."""

    @property
    def steps(self) -> int:
        return 1

    @property
    def bake(self) -> str:
        return self.termination_wait

    def policy(self) -> Guarded:
        return _policy(self, Way.ALL_AT_ONCE, None, 0, self.termination_wait)


class Canary(_BlueGreen):
    """By the service: a first share of the traffic, and then the rest."""

    type: Literal["canary"]
    """A first share moves, and then the rest."""
    canary_size: Extent = "10%"
    """The first share: percent of the capacity or a number of instances; half of them at most."""
    wait_interval: Span = "10m"
    """How long the alarms watch the first share; 3m to 1h."""

    @property
    def steps(self) -> int:
        return 1

    @property
    def bake(self) -> str:
        return self.wait_interval

    @property
    def extents(self) -> tuple[Extent, ...]:
        return (self.canary_size,)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _bounded("canary_size", self.canary_size, 1)
        return self

    def policy(self) -> Guarded:
        size = _size(self.canary_size)
        return _policy(self, Way.CANARY, size, seconds(self.wait_interval), self.termination_wait)


class Linear(_BlueGreen):
    """By the service: share after share of the traffic."""

    type: Literal["linear"]
    """Share after share moves."""
    linear_step_size: Extent = "25%"
    """Each share: percent of the capacity, 10 to 50, or a number of instances."""
    wait_interval: Span = "10m"
    """How long the alarms watch each share; 3m to 1h."""

    @property
    def steps(self) -> int:
        return _count(self.linear_step_size) - 1

    @property
    def bake(self) -> str:
        return self.wait_interval

    @property
    def extents(self) -> tuple[Extent, ...]:
        return (self.linear_step_size,)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _bounded("linear_step_size", self.linear_step_size, 10)
        return self

    def policy(self) -> Guarded:
        size = _size(self.linear_step_size)
        return _policy(self, Way.LINEAR, size, seconds(self.wait_interval), self.termination_wait)


class Rolling(Guardrails):
    """By the service: batch after batch of the instances is replaced."""

    type: Literal["rolling"]
    """Batch after batch of the instances is replaced, which takes the fewest more."""
    maximum_batch_size: Extent = "25%"
    """Each batch: percent of the capacity, 5 to 50, or a number of instances."""
    rollback_maximum_batch_size: Extent | None = None
    """The batch of the way back; SageMaker goes back at once when absent."""
    wait_interval: Span = "10m"
    """How long the alarms watch each batch; 3m to 1h."""

    @property
    def steps(self) -> int:
        return _count(self.maximum_batch_size)

    @property
    def bake(self) -> str:
        return self.wait_interval

    @property
    def extents(self) -> tuple[Extent, ...]:
        return (self.maximum_batch_size,)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _bounded("maximum_batch_size", self.maximum_batch_size, 5)
        return self

    def policy(self) -> Guarded:
        back, wait = self.rollback_maximum_batch_size, seconds(self.wait_interval)
        size = _size(self.maximum_batch_size)
        return _policy(self, Way.ROLLING, size, wait, "0s", _size(back) if back else None)


KINDS: dict[Way, type[Canary | Linear | Rolling]] = {
    Way.CANARY: Canary,
    Way.LINEAR: Linear,
    Way.ROLLING: Rolling,
}


def by_service(rollout: object) -> Guardrails | None:
    """The rollout that SageMaker makes, if it is one, also where it has a name alone."""
    if isinstance(rollout, Guardrails):
        return rollout
    kind = KINDS.get(rollout) if isinstance(rollout, Way) else None
    return kind.model_validate({"type": rollout}) if kind else None


def check(rollout: object, variants: Mapping[str, tuple[str, int]], *, many: bool) -> None:
    """What SageMaker's guardrails leave out, of variants by their instance types and counts; a
    serverless one has no type. Raises ValueError.

    Source: "Exclusions" of "Deployment guardrails for updating models in production".
    """
    given = by_service(rollout)
    if given is None:
        return
    kinds = [kind for kind, _ in variants.values()]
    if many or "" in kinds:
        what = "models: many" if many else "target: {type: serverless}"
        raise ValueError(f"`rollout` by SageMaker is not for `{what}`; leave out `rollout`")
    if any(kind.startswith("ml.inf1.") for kind in kinds):
        raise ValueError("SageMaker ignores `rollout` on ml.inf1 instances; choose another type")
    if isinstance(given, Rolling) and len(variants) > 1:
        raise ValueError("`rollout: rolling` is for one variant; choose canary or linear")
    own = OWN_ALARMS * len(variants)
    if own + len(given.alarms) > MOST_ALARMS:
        raise ValueError(
            f"SageMaker takes {MOST_ALARMS} alarms, and {own} are Slipway's own, "
            f"{OWN_ALARMS} for each variant; give at most {max(0, MOST_ALARMS - own)}"
            " in `rollout.alarms`, and at most two variants"
        )
    for extent, count in product(given.extents, (count for _, count in variants.values())):
        if isinstance(extent, int) and 2 * extent > count:
            raise ValueError(
                f"{extent} instances at a time are more than half of the {count} that there are; "
                "give percent, as in 50%"
            )


def _policy(
    given: Guardrails,
    way: Way,
    size: Size | None,
    wait: int,
    termination_wait: str,
    back: Size | None = None,
) -> Guarded:
    return Guarded(
        way=way,
        size=size,
        wait_interval=wait,
        termination_wait=seconds(termination_wait),
        maximum_execution_timeout=given.timeout,
        rollback_size=back,
        alarms=tuple(dict.fromkeys(given.alarms)),
        guards=given.guards.policy(),
    )


def _size(given: Extent) -> Size:
    if isinstance(given, int):
        return Size(given, percent=False)
    return Size(int(given.removesuffix("%")))


def _count(given: Extent) -> int:
    """How many shares of this size there are; of a number of instances, two at least."""
    return -(-100 // int(given.removesuffix("%"))) if isinstance(given, str) else 2


def _bounded(name: str, given: Extent, least: int) -> None:
    size = _size(given)
    if size.percent and not least <= size.value <= 50:
        raise ValueError(f"`{name}` is from {least}% to 50%, as SageMaker has it; {given} is not")
