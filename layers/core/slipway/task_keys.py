"""The keys below `task` in slipway.yaml: what a deployment's tasks run. Their docstrings are what
the page says."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from slipway.domain.task import MOST_TEXT, MOST_WORDS, TaskPolicy
from slipway.strict_keys import Strict

# The MB that Fargate has for a task's CPU units. Source: "Amazon ECS task definition parameters for
# Fargate", ECS developer guide.
GB = 1024
SIZES: dict[int, tuple[int, ...]] = {
    256: (512, GB, 2 * GB),
    512: tuple(range(GB, 4 * GB + 1, GB)),
    1024: tuple(range(2 * GB, 8 * GB + 1, GB)),
    2048: tuple(range(4 * GB, 16 * GB + 1, GB)),
    4096: tuple(range(8 * GB, 30 * GB + 1, GB)),
    8192: tuple(range(16 * GB, 60 * GB + 1, 4 * GB)),
    16384: tuple(range(32 * GB, 120 * GB + 1, 8 * GB)),
}
# As far as ECS takes them; an image may also be one of Docker Hub, which has no host.
Image = Annotated[str, Field(pattern=r"^[\w][\w./:@-]*$", max_length=255)]
Word = Annotated[str, Field(max_length=1100)]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=1024)]
OWN = "SLIPWAY_"


class Tasking(Strict):
    """What a deployment's tasks run, beside its model's bytes."""

    image: Image | None = None
    """The image; that of the model when absent."""
    command: Annotated[list[Word], Field(max_length=MOST_WORDS)] = Field(default=[])
    """The command and its arguments; the image's own when absent."""
    cpu: int = 256
    """Fargate's CPU units: 256, 512, 1024, 2048, 4096, 8192 or 16384."""
    memory_mb: int = 512
    """The memory in MB, as Fargate has it for the CPU units."""
    environment: Annotated[dict[Name, Word], Field(max_length=100)] = Field(default={})
    """Environment variables of the task, beside those of the model."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        sizes = SIZES.get(self.cpu)
        if sizes is None:
            units = ", ".join(map(str, SIZES))
            raise ValueError(f"`cpu` is {self.cpu}, and Fargate has {units}; give one of them")
        if self.memory_mb not in sizes:
            raise ValueError(
                f"`memory_mb` is {self.memory_mb}, which is not for `cpu: {self.cpu}` on Fargate; "
                f"give one of {', '.join(map(str, sizes))}"
            )
        if sum(map(len, self.command)) > MOST_TEXT:
            raise ValueError(
                f"`command` is above {MOST_TEXT} characters; put what it does into the image"
            )
        if any(name.startswith(OWN) for name in self.environment):
            raise ValueError(f"`environment` has {OWN} names, which Slipway gives; take others")
        return self

    def policy(self) -> TaskPolicy:
        """What the keys say."""
        return TaskPolicy(
            self.image, tuple(self.command), self.cpu, self.memory_mb, self.environment
        )
