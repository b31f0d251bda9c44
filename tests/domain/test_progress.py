"""A rollout by steps goes on by what was seen in each step, and by nothing else."""

import pytest
from slipway.domain.judging.judge import DEFAULT, Judgement, Verdict, judge
from slipway.domain.judging.seen import Seen, Window
from slipway.domain.progress import Outcome, Progress
from slipway.domain.rollout import Steps, Undecided
from slipway.domain.wish import How

BEGUN = Progress(3, "config").started(60.0, 600.0)


@pytest.mark.parametrize(
    ("verdict", "undecided", "outcome"),
    [
        (Verdict.INCONCLUSIVE, Undecided.PROMOTE, Outcome.PROMOTED),
        (Verdict.BLIND, Undecided.PROMOTE, Outcome.UNDECIDED),
        (Verdict.BLIND, Undecided.RETREAT, Outcome.SENT_BACK),
        (Verdict.BLIND, Undecided.HOLD, Outcome.UNDECIDED),
    ],
)
def test_what_was_not_measured_is_not_promoted(
    verdict: Verdict, undecided: Undecided, outcome: Outcome
) -> None:
    policy = Steps((50,), undecided=undecided)
    assert BEGUN.judged(Judgement(verdict, "why"), policy, 7260.0).outcome == outcome


def test_what_goes_on_is_judged_by_what_is_seen_from_then_on() -> None:
    paused = BEGUN.measured(Window(60.0, 420.0, 0.5, Seen(9000, 0), Seen(9000, 0)))
    resumed = paused.steered(How.PAUSE, 500.0).steered(How.RESUME, 900.0)
    assert judge(DEFAULT, resumed.windows, resumed.began).verdict == Verdict.BLIND
    later = resumed.measured(Window(720.0, 1320.0, 0.5, Seen(9000, 0), Seen(9000, 0)))
    assert judge(DEFAULT, later.windows, later.began).verdict == Verdict.PROMOTE


def test_what_was_seen_during_a_pause_sends_back_at_once() -> None:
    resumed = BEGUN.steered(How.PAUSE, 100.0).steered(How.RESUME, 900.0)
    seen = resumed.measured(Window(60.0, 720.0, 0.5, Seen(9000, 9), Seen(9000, 900)))
    assert judge(DEFAULT, seen.windows, seen.began).verdict == Verdict.RETREAT
