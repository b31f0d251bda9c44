"""What was tried: written before it is tried, so that no owner tries a bad version twice."""

from dataclasses import dataclass, replace

KEPT = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way an endpoint was, or was about to be, brought to a config in one generation.

    `found_at` is the endpoint's modification time just before (None: there was no endpoint).
    `accepted` turns true once the service took the call, `proven` once the config was announced
    as released, and `refused` holds the service's words when it would not take the call.
    """

    generation: int
    config: str
    number: int
    found_at: float | None
    accepted: bool = False
    proven: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of the current generation, and the configs released last, newest first."""

    made: tuple[Attempt, ...] = ()
    good: tuple[str, ...] = ()

    def at(self, generation: int, config: str) -> Attempt | None:
        """The latest attempt to bring the endpoint to `config` in `generation`."""
        matching = (a for a in self.made if (a.generation, a.config) == (generation, config))
        return next(matching, None)

    def begun(self, generation: int, config: str, found_at: float | None) -> "Attempts":
        """The attempts with one more about to be made.

        A repetition of a call that never arrived is the same attempt; after a proven one the
        count starts anew.
        """
        before = self.at(generation, config)
        if before is None or before.proven:
            return self._with(Attempt(generation, config, 1, found_at))
        never_arrived = not before.accepted and not before.refused and before.found_at == found_at
        number = before.number if never_arrived else before.number + 1
        return self._with(Attempt(generation, config, number, found_at))

    def accepted(self, generation: int, config: str) -> "Attempts":
        made = self.at(generation, config)
        return self._with(replace(made, accepted=True)) if made else self

    def refused(self, generation: int, config: str, reason: str) -> "Attempts":
        made = self.at(generation, config)
        return self._with(replace(made, refused=reason)) if made else self

    def proven(self, generation: int, config: str) -> "Attempts":
        """The attempts once `config` was released: it is what to go back to from now on."""
        made = self.at(generation, config)
        kept = self._with(replace(made, proven=True)) if made else self
        return replace(kept, good=(config, *(g for g in self.good if g != config))[:KEPT])

    def _with(self, attempt: Attempt) -> "Attempts":
        same = (attempt.generation, attempt.config)
        others = (
            a
            for a in self.made
            if a.generation == attempt.generation and (a.generation, a.config) != same
        )
        return replace(self, made=(*others, attempt))
