"""How far a rollout by steps has come: what was seen of the candidate, and what came of it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from slipway.domain.judging.judge import Judgement, Verdict
from slipway.domain.judging.seen import Window
from slipway.domain.rollout import Steps, Undecided
from slipway.domain.wish import How

KEPT = 200  # windows


class Outcome(StrEnum):
    """How a rollout ended, or why it does not go on by itself."""

    PROMOTED = "promoted"
    SENT_BACK = "sent back"
    UNDECIDED = "undecided"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Progress:
    """A candidate that gets traffic beside what it shall replace, in one generation.

    `config` is what it shall be promoted to. `step` counts the steps that it has passed, `began` is
    when the traffic of this one was first seen, `seen` up to when it was measured, and `due` when
    it is judged next, all in epoch seconds. `limits` are the latencies that requests are counted
    above, in microseconds.
    """

    generation: int
    config: str
    step: int = 0
    began: float = 0.0
    seen: float = 0.0
    due: float = 0.0
    limits: tuple[float, ...] = ()
    windows: tuple[Window, ...] = ()
    outcome: Outcome | None = None
    reason: str = ""

    def started(self, now: float, every: float) -> "Progress":
        """The progress once the traffic of its step is there."""
        return replace(self, began=now, seen=now, due=now + every, reason="")

    def measured(self, window: Window) -> "Progress":
        """The progress with what was seen of one more window."""
        return replace(self, windows=(*self.windows, window)[-KEPT:], seen=window.ended)

    def judged(
        self, judgement: Judgement, policy: Steps, now: float, second: float = 1.0
    ) -> "Progress":
        """The progress once it was judged at `now`: one step on, back, or as far as it was. A
        `second` of the policy may be shorter than one of the clock."""
        reason = judgement.words
        is_last = self.step + 1 >= len(policy.steps)
        match judgement.verdict:
            case Verdict.RETREAT:
                return replace(self, outcome=Outcome.SENT_BACK, reason=reason)
            case Verdict.PROMOTE:
                return self._promoted(reason, policy)
            case Verdict.GO_ON if not is_last:
                return self._promoted(reason, policy)
        if now - self.began < policy.at_most * second:
            return replace(self, due=now + policy.every * second, reason=reason)
        match policy.undecided:
            # What nobody has measured is not promoted by anything but a person's word.
            case Undecided.PROMOTE if judgement.verdict != Verdict.BLIND:
                return self._promoted(f"undecided: {reason}", policy)
            case Undecided.RETREAT:
                return replace(self, outcome=Outcome.SENT_BACK, reason=f"undecided: {reason}")
        return replace(self, outcome=Outcome.UNDECIDED, reason=reason)

    def _promoted(self, reason: str, policy: Steps) -> "Progress":
        """One step on, whose traffic is not there yet; or through."""
        step = self.step + 1
        through = Outcome.PROMOTED if step >= len(policy.steps) else None
        return replace(self, step=step, began=0.0, outcome=through, reason=reason)

    @property
    def ended(self) -> bool:
        """Whether nothing becomes of it any more."""
        return self.outcome in (Outcome.PROMOTED, Outcome.SENT_BACK)

    def steered(self, how: How, now: float) -> "Progress":
        """The progress as a person wants it to be. What goes on has all the time of its step."""
        reason = f"a person said {how}"
        match how:
            case How.PROMOTE:
                return replace(self, outcome=Outcome.PROMOTED, reason=reason)
            case How.ABORT:
                return replace(self, outcome=Outcome.SENT_BACK, reason=reason)
            case How.PAUSE:
                return replace(self, outcome=Outcome.PAUSED, reason=reason)
        return replace(self, outcome=None, began=self.began and now, due=now, reason=reason)
