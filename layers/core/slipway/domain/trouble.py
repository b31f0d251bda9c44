"""Steps that could not be done, for which no version is to blame: tried again, after a while."""

from dataclasses import dataclass

from slipway.domain.steps import Step, label

FIRST_SECONDS = 900.0  # the sweep comes as often
LAST_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that could not be done in a generation, `count` times, for `reason`; it is not tried
    again before `until`, in epoch seconds."""

    generation: int
    step: str
    reason: str
    count: int
    until: float

    @classmethod
    def of(
        cls, generation: int, step: str, reason: str, before: "Trouble | None", now: float
    ) -> "Trouble":
        """The trouble that came of it now; each time it is left alone for twice as long."""
        count = before.count + 1 if before else 1
        pause = min(FIRST_SECONDS * 2 ** (count - 1), LAST_SECONDS)
        return cls(generation, step, reason, count, now + pause)


def key(step: Step) -> str:
    """What tells a step from others: its noun, its change and the config it is about."""
    return f"{label(step)} {getattr(step, 'config', '')}".strip()
