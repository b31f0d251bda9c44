"""What was tried: written before it is tried, so that no owner tries a bad version twice.

begun ──accepted──► the endpoint moves ──► served
  │                                   └──► refused: rolled back, or never came up
  └──refused: the service would not take the call
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slipway.domain.known import NOTHING, Known
from slipway.domain.plan.endpoint import Plan
from slipway.domain.probed import Probes
from slipway.domain.world import Endpoint, EndpointStatus, Inspected, known_of

KEPT = 2
NO_REASON = "SageMaker gave no reason"
GONE = "the endpoint went away before it served"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way an endpoint was, or was about to be, brought to a config in one generation.

    `found_at` is the endpoint's modification time just before (None: there was no endpoint).
    `accepted` turns true once the service took the call, `served` once the config was seen in
    service, and `refused` holds the service's words when it would not take the call or undid it.
    It began `at` some moment, in epoch seconds.
    """

    generation: int
    config: str
    number: int
    found_at: float | None
    accepted: bool = False
    served: bool = False
    refused: str | None = None
    at: float = 0.0

    @property
    def ended(self) -> bool:
        return self.served or self.refused is not None

    def is_unseen_on(self, live: Endpoint) -> bool:
        """Whether `live` is older than the change that the service took."""
        moved = self.found_at is None or live.modified_at > self.found_at
        return self.accepted and not moved

    def never_arrived(self, modified_at: float | None) -> bool:
        """Whether nobody took the call, on an endpoint that is as it was found."""
        return not self.accepted and not self.ended and modified_at == self.found_at


@dataclass(frozen=True, slots=True)
class Good:
    """A config that was released, and the registered versions that it serves.

    `plan` and `inspected` are what it is made of, to make it again when somebody deleted it: of
    `packages` there are as many as its plan has models, of `inspected` as it uses parts. `proven`
    says that it was seen to answer.
    """

    config: str
    packages: tuple[str, ...]
    plan: Plan | None = None
    inspected: tuple[Inspected, ...] = ()
    proven: bool = True

    @property
    def known(self) -> Known:
        """What its files tell: of several variants, those of the first."""
        count = len(self.plan.variants[0].model.containers) if self.plan else 1
        return known_of(self.inspected[:count])

    @property
    def digests(self) -> tuple[str, ...]:
        """The SHA-256 of its parts."""
        return tuple(found.sha256 for found in self.inspected)

    @property
    def sources(self) -> dict[str, str]:
        """The package of each of its models, by the model's name."""
        models = self.plan.registered if self.plan else ()
        return {made.name: arn for made, arn in zip(models, self.packages, strict=False)}


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of the current generation in order, and what was released last, newest first.

    `deployed` is what was put on the endpoint last, whatever became of it.
    """

    made: tuple[Attempt, ...] = ()
    good: tuple[Good, ...] = ()
    deployed: tuple[Good, ...] = ()

    def at(self, generation: int, config: str) -> Attempt | None:
        """The latest attempt to bring the endpoint to `config` in `generation`."""
        matching = (a for a in self.made if (a.generation, a.config) == (generation, config))
        return next(matching, None)

    def begun(
        self, generation: int, config: str, found_at: float | None, at: float = 0.0
    ) -> "Attempts":
        """The attempts with one more about to be made.

        A repetition of a call that never arrived is the same attempt; after one that served the
        count starts anew.
        """
        before = self.at(generation, config)
        number = 1
        if before is not None and not before.served:
            number = before.number + (not before.never_arrived(found_at))
        # An endpoint that is as it was found has heard of nothing that was tried since.
        heard = (a for a in self._others(generation, config) if not a.never_arrived(found_at))
        return replace(self, made=(*heard, Attempt(generation, config, number, found_at, at=at)))

    def accepted(self, generation: int, config: str) -> "Attempts":
        made = self.at(generation, config)
        return self._with(replace(made, accepted=True)) if made else self

    def refused(self, generation: int, config: str, reason: str) -> "Attempts":
        made = self.at(generation, config)
        return self._with(replace(made, refused=reason)) if made else self

    def judged(self, live: Endpoint | None) -> "Attempts":
        """The attempts once the endpoint came to rest: what became of the last one.

        It is written down at first sight, for later the endpoint may be edited by hand, and its
        failure be that of another change.
        """
        last = self.made[-1] if self.made else None
        if live is None:
            return self._judged_gone()
        if last is None or last.ended or live.in_motion:
            return self
        if last.is_unseen_on(live) or last.never_arrived(live.modified_at):
            return self
        if live.serves(last.config):
            return self._with(replace(last, served=True))
        failed = live.status == EndpointStatus.FAILED and live.config == last.config
        if last.found_at is None and not failed:
            # A create is not rolled back: somebody else made this endpoint, or has edited it.
            return replace(self, made=self.made[:-1])
        return self._with(replace(last, refused=live.failure or NO_REASON))

    def _judged_gone(self) -> "Attempts":
        """Nobody saw how the updates ended; only what was released before is above suspicion."""
        released = {good.config for good in self.good}
        unseen = [a for a in self.made if not a.ended and a.found_at is not None]
        made = (replace(a, refused=GONE) if a in unseen else a for a in self.made)
        kept = (a for a in made if a.refused != GONE or a.config not in released)
        return replace(self, made=tuple(kept))

    def released(self, good: Good) -> "Attempts":
        """The attempts once `good` was released: it is what to go back to from now on."""
        others = (g for g in self.good if g.config != good.config)
        released = (good, *others)
        kept = released[:KEPT]
        # The last that was seen to answer is kept, whatever was released since.
        proof = next((g for g in released if g.proven), None)
        return replace(self, good=kept if proof is None or proof in kept else (*kept, proof))

    def proven(self, probes: Probes) -> "Attempts":
        """The attempts with what is known by now to answer."""
        seen = {probed.config for probed in probes.last if probed.proven}
        return replace(
            self, good=tuple(replace(g, proven=g.proven or g.config in seen) for g in self.good)
        )

    def release(self, config: str) -> Good | None:
        """What was released as `config`."""
        return next((good for good in self.good if good.config == config), None)

    def losing(self, lost: Good) -> "Attempts":
        """The attempts once the bytes of what was released are lost for good: it cannot be made
        again."""
        kept = (replace(g, inspected=()) if g.config == lost.config else g for g in self.good)
        return replace(self, good=tuple(kept))

    def deploying(self, version: Good) -> "Attempts":
        """The attempts once `version` is about to be put on the endpoint."""
        others = (known for known in self.deployed if known.config != version.config)
        return replace(self, deployed=(version, *others)[:KEPT])

    def made_of(self, config: str) -> Good | None:
        """What is known of a config that was released, or only deployed."""
        known = (*self.good, *self.deployed)
        return next((each for each in known if each.config == config), None)

    def changes(self, known: Known, config: str) -> str:
        """How a version differs from the one that was released before it, as far as files tell."""
        before = next((good for good in self.good if good.config != config), None)
        return ", ".join(known.changes(before.known)) if before else ""

    def known(self, config: str) -> Known:
        """What is known of a config that was released; nothing of any other."""
        good = self.release(config)
        return good.known if good else NOTHING

    def _with(self, attempt: Attempt) -> "Attempts":
        others = self._others(attempt.generation, attempt.config)
        return replace(self, made=(*others, attempt))

    def _others(self, generation: int, config: str) -> Iterator[Attempt]:
        return (a for a in self.made if a.generation == generation and a.config != config)
