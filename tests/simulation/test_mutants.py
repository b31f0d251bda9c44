"""The simulation can fail: bugs put in on purpose are caught within some hundred histories."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest.mock import patch

import pytest
from slipway import batched, looking, nudging, probing, release, watching
from slipway.domain import decide, record
from slipway.domain.attempts import Attempts
from slipway.domain.probed import Probed
from slipway.domain.record import Record
from slipway.domain.remedy import Remedied
from slipway.domain.rules import remedy as remedies
from slipway.domain.rules import retreat
from slipway.domain.rules import scaling as rules_scaling
from slipway.domain.rules import watch as rules_watch
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.verdict import held
from slipway.domain.scaling import UNSCALED
from slipway.domain.steps import Change, DeployEndpoint, Step
from slipway.domain.world import Endpoint, EndpointStatus

from tests.simulation.fakes import MemoryLedger
from tests.simulation.faults import Faults
from tests.simulation.history import Outcome, play
from tests.simulation.running import interruptions, told
from tests.simulation.stories import BASE, MEANWHILE, random_story

SEEDS = 1500
Bug = Callable[[], AbstractContextManager[object]]


def without(rule: str) -> Bug:
    rest = tuple(found for found in decide.RULES if found.__name__ != rule)
    return lambda: patch.object(decide, "RULES", rest)


def without_remedy(rule: str) -> Bug:
    rest = tuple(found for found in remedies.RULES if found.__name__ != rule)
    return lambda: patch.object(remedies, "RULES", rest)


def forgetting(how: Callable[[Record, Remedied], Record]) -> Callable[[Record, Remedied], Record]:
    """What was done about an alarm is written down once it has ended."""
    return lambda found, entry: found if entry.outcome == "is at work" else how(found, entry)


def in_service_is_success(live: Endpoint, _config: str) -> bool:
    return live.status == EndpointStatus.IN_SERVICE


def let_go_always(found: Record, _hints: int) -> Record:
    settled = replace(found.settled, told=True) if found.settled else None
    return replace(found, settled=settled, lease=None, waiting=None)


def overwrite(ledger: MemoryLedger, found: Record) -> Record:
    saved = found.next_version()
    ledger._records[found.deployment] = saved
    return saved


def deleting(rule: Rule) -> Rule:
    """The rule that updates an endpoint, deleting it instead."""

    def deletes(case: Case) -> Step | None:
        step = rule(case)
        if isinstance(step, DeployEndpoint) and step.change == Change.UPDATE:
            return replace(step, change=Change.DELETE)
        return step

    return deletes


def trusting(rule: Rule) -> Rule:
    """The rule of failed probes, believing that what was released once cannot be broken."""

    def trusts(case: Case) -> Step | None:
        step = rule(case)
        if rule.__name__ == "probes_failed" and step and case.attempts.release(case.wanted):
            return held(case, step.reason)
        return step

    return trusts


def failure_by_name(case: Case) -> Probed | None:
    probed = case.probe(case.wanted)
    return None if probed is None or probed.passed else probed


class Unheard(Exception):
    """Nobody raises it."""


BUGS: dict[str, Bug] = {
    "InService is taken for success": lambda: patch.object(
        Endpoint, "serves", in_service_is_success
    ),
    "attempts are not written before they are made": lambda: patch.object(
        release, "_begun", lambda *_: lambda made, _: made
    ),
    "a rolled-back version is tried again": lambda: patch.object(
        retreat, "may_repeat", lambda _: True
    ),
    "what became of an attempt is not written down": lambda: patch.object(
        Attempts, "judged", lambda made, _: made
    ),
    "hints that came meanwhile are not heard": lambda: patch.object(
        Record, "unhinted_since", lambda found, _: found
    ),
    "the owner lets go though it was hinted": lambda: patch.object(Record, "told", let_go_always),
    "a lease that was lost does not stop anybody": lambda: patch.object(
        Record, "under", lambda found, _: found
    ),
    "a running owner is robbed": lambda: patch.object(
        Record,
        "owned",
        lambda found, owner, now, _, owned=Record.owned: owned(found, owner, now, lambda _: False),
    ),
    "a successor does not wait for calls in flight": lambda: patch.object(
        record, "SETTLE_SECONDS", 0
    ),
    "the ledger takes any write": lambda: patch.object(MemoryLedger, "save", overwrite),
    "a lost answer is taken for a refusal": lambda: patch.object(release, "Unanswered", Unheard),
    "a call that was declined is taken for one that was made": lambda: patch.object(
        release, "Retryable", Unheard
    ),
    "uploads after the decision are not looked for": lambda: patch.object(
        release, "has_news", lambda *_: False
    ),
    "going back does not ask for an approval": lambda: patch.object(
        looking, "_approved", lambda *_: True
    ),
    "what is not approved is deployed": without("version_awaits_approval"),
    "a rejection changes nothing": without("version_was_rejected"),
    "probes do not matter": without("wanted_is_unproven"),
    "failed probes do not matter": without("probes_failed"),
    "what serves is not asked before it is replaced": without("what_serves_was_not_asked"),
    "nothing is asked that the manifest does not name": lambda: patch.object(
        probing, "probes", lambda *_: []
    ),
    "what scales is left to whoever deleted it": lambda: patch.object(
        decide, "unless_scaled", lambda _, step: step
    ),
    "what scales keeps an update from being taken": lambda: patch.object(
        rules_scaling, "scaling_bars_the_update", lambda *_: None
    ),
    "what is asked to go is left registered": lambda: patch.object(
        decide,
        "LEAVING",
        tuple(r for r in decide.LEAVING if r.__name__ != "endpoint_is_still_scaled"),
    ),
    "a variant is forgotten once it is registered": lambda: patch.object(
        looking, "_scaling", lambda *_: UNSCALED
    ),
    "an answer that is awaited is taken for none": lambda: patch.object(
        batched, "awaited", lambda *_: ""
    ),
    "an endpoint is made to refuse its clients": without("endpoint_cannot_become_that"),
    "a reply may take as long as it likes": lambda: patch.object(
        probing, "limit", lambda *_: float("inf")
    ),
    "what was released once is taken for good": lambda: patch.object(
        decide, "RULES", tuple(map(trusting, decide.RULES))
    ),
    "a version that was registered anew is taken for another one": lambda: patch.object(
        Case, "failure", property(failure_by_name)
    ),
    "what fails serves on when something else holds the release": lambda: patch.object(
        retreat, "_is_bad", lambda _: False
    ),
    "what somebody deleted of what serves stays deleted": without("what_serves_lacks_a_part"),
    "bytes that somebody deleted stay deleted": without("bytes_are_gone"),
    "a baseline that somebody deleted is taken for built": lambda: patch.object(
        looking, "_baseline", lambda _, built: built
    ),
    "a stale read is believed": without("change_is_not_visible_yet"),
    "traffic is left as somebody weighed it": without("traffic_is_not_as_wanted"),
    "an update by SageMaker has no alarms": without("guards_are_missing"),
    "an alarm that rings already is no obstacle": without("alarm_rings_already"),
    "an update is not guarded": lambda: patch.object(Case, "guarded", None),
    "an alarm that rings owes nothing": without_remedy("alarm_rings"),
    "what came of a remedy is never seen": without_remedy("remedy_has_ended"),
    "people are told of no remedy": without_remedy("remedy_is_untold"),
    "what was scaled out stays so": without_remedy("capacity_is_needed_no_more"),
    "a flapping alarm is remedied each time": lambda: patch.object(
        remedies, "_cools", lambda *_: False
    ),
    "what was lent first is given back first": lambda: patch.object(
        remedies, "reversed", iter, create=True
    ),
    "a remedy that is at work is forgotten": lambda: patch.object(
        Record, "remedying", forgetting(Record.remedying)
    ),
    "a Failed endpoint is left alone": without("endpoint_failed"),
    "what serves is deleted, not updated": lambda: patch.object(
        decide, "RULES", tuple(map(deleting, decide.RULES))
    ),
    "what watches is not looked after": without("watch_is_not_as_wanted"),
    "what watches is not looked after while a release is held": lambda: patch.object(
        rules_watch, "unless_unwatched", lambda _, step: step
    ),
    "a baseline that is lost while a release is held stays so": lambda: patch.object(
        rules_watch, "baseline_was_lost", lambda _: None
    ),
    "endpoints are watched by no baseline": without("baseline_is_unbuilt"),
    "data that cannot be used are taken for a baseline": without("baseline_was_refused"),
    "a schedule is forgotten once it is made": lambda: patch.object(
        watching, "_runners", lambda *_: ()
    ),
    "an upload counts from when it began": lambda: patch.object(
        record, "arriving", lambda arrived, _: arrived
    ),
    "nobody sweeps": lambda: patch.object(nudging, "_is_overdue", lambda *_: False),
    "every verdict is told again": lambda: patch.object(record.Settled, "says", lambda *_: False),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_caught(bug: str) -> None:
    with BUGS[bug]():
        assert any(outcome.violations for outcome in histories())


def histories() -> Iterator[Outcome]:
    for story in BASE:
        yield play(story)
    for story, deed in MEANWHILE[:2]:
        for call in interruptions(story, 0):
            yield play(story, meanwhile=(call, deed))
    held_up = replace(told("superseded mid-way"), faults=Faults(pause=0.05, stop=0.2))
    for seed in range(SEEDS // 5):
        yield play(held_up, seed)
    late = replace(told("rollback failed"), faults=Faults(stale=0.5))
    for seed in range(SEEDS // 25):
        yield play(late, seed)
    for seed in range(SEEDS):
        yield play(random_story(seed), seed)
