"""The decision: what a release owes next, argued from what is wanted, seen and tried.

Read RULES from the top, chapter by chapter: each rule names one condition, and the first that
holds names the step. For a deployment that was asked to go, read LEAVING instead. Nothing here
does anything. Whoever is told a step makes one change, looks, and asks again.
"""

from slipway.domain.attempts import Attempts
from slipway.domain.desired import Desired
from slipway.domain.plan.endpoint import Plan
from slipway.domain.rules import artifact, endpoint, leaving, rollout, watch
from slipway.domain.rules.awaiting import unless_awaited
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.remedy import unless_an_alarm_rings
from slipway.domain.rules.scaling import unless_scaled
from slipway.domain.rules.trouble import unless_troubled
from slipway.domain.steps import Announce, Step, Verdict
from slipway.domain.wish import Rollback
from slipway.domain.world import World


def decide(desired: Desired, world: World, attempts: Attempts, plan: Plan | None) -> Step:
    """The first step still owed; an Announce when nothing is. What an alarm owes comes last."""
    case = Case(desired, world, attempts, plan)
    rules = LEAVING if desired.leaves else RULES
    step = next(step for rule in rules if (step := rule(case)) is not None)
    due = unless_scaled(case, watch.unless_unwatched(case, unless_troubled(case, step)))
    awaited = unless_awaited(case, unless_troubled(case, due))
    return unless_an_alarm_rings(case, awaited)


def nothing_is_owed(case: Case) -> Step:
    probed, remedy = case.probe(case.wanted), ""
    if probed and not probed.proven and not case.desired.is_host:
        command = f"`slipway push {case.desired.deployment} --request FILE`"
        remedy = f"; {command} keeps a request that it has to answer"
    seen = probed.reason if probed else "not probed"
    wish = case.desired.wish
    back = f"; as release {wish.to} did" if isinstance(wish, Rollback) else ""
    reason = f"{case.name(case.wanted)} serves{back}; {seen}{remedy}{case.changed}"
    return Announce(Verdict.RELEASED, reason, case.wanted)


RULES: tuple[Rule, ...] = (
    *rollout.FIRST,
    *artifact.RULES,
    *endpoint.RULES,
    *watch.RULES,
    *leaving.RULES,
    nothing_is_owed,
)
LEAVING = leaving.LEAVING
