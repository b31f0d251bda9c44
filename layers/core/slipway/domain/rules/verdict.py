"""How a release is held: with a reason, and with what serves on."""

from slipway.domain.rules.case import Case
from slipway.domain.steps import Announce, Verdict


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
    runner = case.runner
    return f"runs go on with {case.name(runner.config)}" if runner else "nothing runs"
