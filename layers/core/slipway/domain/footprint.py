"""What a release leaves in the account, so that it can be found and deleted one day."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Footprint:
    """An endpoint config that was made, or was about to be, and the models that it names."""

    config: str
    models: tuple[str, ...]


def superfluous(made: Collection[Footprint], needed: Collection[str]) -> tuple[Footprint, ...]:
    """What is left of the releases whose configs nobody needs: without the models that a needed
    config names, too."""
    kept = {model for each in made if each.config in needed for model in each.models}
    return tuple(
        Footprint(each.config, tuple(m for m in each.models if m not in kept))
        for each in made
        if each.config not in needed
    )
