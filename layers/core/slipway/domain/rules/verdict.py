"""How a release ends: with what was seen, or with why it is held and what serves on."""

from slipway.domain.rules.case import Case
from slipway.domain.steps import Announce, Verdict
from slipway.domain.wish import Rollback


def held(case: Case, reason: str) -> Announce:
    """The verdict. What serves is only named where an endpoint is at rest with it."""
    live = case.endpoint
    if live is None:
        return Announce(Verdict.HELD, f"{reason}; {_of_files(case)}")
    if live.in_motion or not live.serves(live.config):
        return Announce(Verdict.HELD, f"{reason}; {live.name} is {live.status}")
    failed = ", though it failed its probes" if case.fails(live.config) else ""
    said = f"{reason}; {case.name(live.config)} serves on{failed}"
    return Announce(Verdict.HELD, said, live.config)


def _of_files(case: Case) -> str:
    """What goes on where there is no endpoint."""
    if not case.desired.is_batch:
        return "nothing serves"
    if case.drifted:
        return "nothing runs"
    runner = case.runner
    return f"runs go on with {case.name(runner.config)}" if runner else "nothing runs"


def released(case: Case, does: str) -> Announce:
    """The verdict on what is wanted, and does what it should; what it was seen to do is told."""
    probed, wish, remedy = case.probe(case.wanted), case.desired.wish, ""
    if probed and not probed.proven and not case.desired.is_host:
        command = f"`slipway push {case.desired.deployment} --request FILE`"
        remedy = f"; {command} keeps a request that it has to answer"
    seen = probed.reason if probed else "not probed"
    back = f"; as release {wish.to} did{wish.remainder}" if isinstance(wish, Rollback) else ""
    reason = f"{case.name(case.wanted)} {does}{back}; {seen}{remedy}{case.changed}"
    return Announce(Verdict.RELEASED, reason, case.wanted)
