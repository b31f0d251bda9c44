"""The decision: what a release owes next, argued from what is wanted, seen and tried.

Read RULES from the top, chapter by chapter: each rule names one condition, and the first that
holds names the step. For one that answers files read BATCH instead, and for one that was asked to
go LEAVING. Nothing here does anything. Whoever is told a step makes one change, looks, and asks
again.
"""

from slipway.domain.attempts import Attempts
from slipway.domain.desired import Desired
from slipway.domain.plan.endpoint import Plan
from slipway.domain.rules import artifact, batch, endpoint, leaving, rollout, watch
from slipway.domain.rules.awaiting import unless_awaited
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.remedy import unless_an_alarm_rings
from slipway.domain.rules.runs import unless_a_run_is_owed
from slipway.domain.rules.scaling import unless_scaled
from slipway.domain.rules.tasks import unless_a_task_is_owed
from slipway.domain.rules.trouble import unless_troubled
from slipway.domain.rules.verdict import released
from slipway.domain.steps import Step
from slipway.domain.world import World


def decide(desired: Desired, world: World, attempts: Attempts, plan: Plan | None) -> Step:
    """The first step still owed; an Announce when nothing is. What runs and alarms owe comes
    last."""
    case = Case(desired, world, attempts, plan)
    rules = LEAVING if desired.leaves else BATCH if desired.is_batch else RULES
    step = next(step for rule in rules if (step := rule(case)) is not None)
    due = unless_scaled(case, watch.unless_unwatched(case, unless_troubled(case, step)))
    awaited = unless_awaited(case, unless_troubled(case, due))
    run = unless_troubled(case, unless_a_run_is_owed(case, awaited))
    ran = unless_troubled(case, unless_a_task_is_owed(case, run))
    return unless_an_alarm_rings(case, ran)


def nothing_is_owed(case: Case) -> Step:
    return released(case, "serves")


RULES: tuple[Rule, ...] = (
    *rollout.FIRST,
    *artifact.RULES,
    *endpoint.RULES,
    *watch.RULES,
    *leaving.RULES,
    nothing_is_owed,
)
BATCH: tuple[Rule, ...] = (
    *artifact.RULES,
    *batch.RULES,
    *watch.RULES,
    *leaving.RULES,
    batch.version_runs,
)
LEAVING = leaving.LEAVING
