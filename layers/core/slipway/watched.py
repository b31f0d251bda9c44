"""What watches an endpoint, as it is found, and what its alarms have to say."""

from collections.abc import Sequence
from dataclasses import replace

from slipway.domain import naming
from slipway.domain.alarms import Sighting
from slipway.domain.attempts import Attempt, Attempts
from slipway.domain.record import Record
from slipway.domain.rollout import Guarded
from slipway.domain.watch import Watch
from slipway.ports import Ports


def alarms(ports: Ports, record: Record) -> tuple[Sighting, ...]:
    """The alarms that were made, or may have been, and the user's that are wanted."""
    policies = record.desired.policy.alarms if record.desired else ()
    theirs = (policy.name for policy in policies if policy.name)
    names = {*_own(ports, record), *_guarding(record), *theirs}
    return ports.alarms.find(names) if names else ()


def watch(ports: Ports, record: Record, seen: Sequence[Sighting]) -> Watch:
    """What watches the endpoint, of all that may have been made to."""
    own = _own(ports, record)
    endpoint = naming.endpoint_name(ports.site, record.deployment)
    schedules = (ports.schedules[runner].find(endpoint) for runner in record.runners)
    made = (each.alarm for each in seen if each.name in own)
    timer = ports.timers.find(naming.timer_name(endpoint)) if record.timed else None
    return frozenset(part for part in (*schedules, *made, timer) if part is not None)


def explained(ports: Ports, record: Record, attempts: Attempts) -> Attempts:
    """The attempts, of which those that an alarm has just ended tell what it saw: soon it may be
    quiet, and nobody could tell any more."""
    names = {*record.alarms, *_guarding(record)}

    def told(made: Attempt) -> Attempt:
        said = made.refused or ""
        if made in record.attempts.made or "alarm" not in said.lower() or not names:
            return made
        rang = ports.alarms.rang(names, made.found_at or 0.0)
        why = (f"{name}: {reason.rstrip('.')}" for name, reason in rang.items())
        return replace(made, refused="; ".join((said.rstrip("."), *why)))

    return replace(attempts, made=tuple(map(told, attempts.made)))


def _own(ports: Ports, record: Record) -> set[str]:
    # Releases of earlier times did not write down that they made the alarm on drift.
    endpoint = naming.endpoint_name(ports.site, record.deployment)
    drift = (naming.alarm_name(endpoint),) if record.runners else ()
    return {*record.alarms, *drift}


def _guarding(record: Record) -> tuple[str, ...]:
    """The user's own alarms that send an update back."""
    rollout = record.desired.policy.rollout if record.desired else None
    return rollout.alarms if isinstance(rollout, Guarded) else ()
