"""A window's requests, held against the baseline: at once, or in shards where they are many.

    CheckDrift ── small window ──────────────────────────────► files, metrics
        └─ large window ─► ProfileCaptures: a shard each ─► CheckDrift merges the profiles ─► files

CheckDrift looks before it acts: it merges as soon as every shard of the window has its profile,
whoever made them and when, so it may be repeated and the state machine be started anew anywhere.
"""

import json
from collections.abc import Sequence

from slipway.domain import naming
from slipway.domain.errors import Refused
from slipway.domain.watch import Check, Outcome, Schedule, report_folder, shard_folder
from slipway.engine import (
    ABOUT,
    BASELINE,
    CONSTRAINTS,
    OWN_VIOLATIONS,
    REJECTED,
    STATISTICS,
    SUMMARY,
    VIOLATIONS,
    Checked,
    Engine,
    Files,
)
from slipway.ports import Ports

MIB = 1 << 20
LARGE = 64 * MIB
SHARD = 32 * MIB

# Who hears of a file reads the others: they are written before those that are told of.
ORDER = (STATISTICS, CONSTRAINTS, REJECTED, OWN_VIOLATIONS, VIOLATIONS, SUMMARY)


def check_drift(ports: Ports, check: Check, engine: Engine) -> Outcome:
    """Hold a window against the baseline and write what comes of it, or say which shards it needs.

    Raises Refused when the baseline is gone.
    """
    schedule, window = check.schedule, check.window
    baseline = _baseline(ports, schedule.baseline)
    found = ports.monitored.captures(schedule.endpoint, window)
    folder = report_folder(schedule.endpoint, schedule.name, window)
    if sum(size for _, size in found) <= LARGE:
        shard = engine.profile(ports.monitored.open(key for key, _ in found), baseline)
        profiles, rejected = [shard.profile], shard.rejected
    else:
        shards = _shards(found)
        done = ports.monitored.present(shard_folder(schedule.endpoint, schedule.name))
        if not all(_profile(keys) in done for keys in shards):
            return Outcome(folder, shards=_owed(ports, schedule, shards))
        profiles, rejected = _merged(ports, schedule, shards)
    checked = engine.check(
        profiles,
        baseline,
        title=schedule.deployment,
        window=window.title,
        limits=dict(schedule.limits),
    )
    _report(ports, check, folder, checked, rejected)
    return Outcome(folder, state=checked.state)


def profile_capture(ports: Ports, schedule: Schedule, keys: Sequence[str], engine: Engine) -> str:
    """Profile one shard, and keep its profile where check_drift looks for it; where that is."""
    folder, name = shard_folder(schedule.endpoint, schedule.name), _profile(keys)
    shard = engine.profile(ports.monitored.open(keys), _baseline(ports, schedule.baseline))
    # The profile last: where it is, the rejected records are, too.
    ports.monitored.write(folder, {_rejected(keys): shard.rejected, name: shard.profile})
    return f"{folder}{name}"


def _baseline(ports: Ports, folder: str) -> Files:
    baseline = ports.monitored.read(folder, (*BASELINE, ABOUT))
    if not baseline.keys() >= {*BASELINE}:
        raise Refused(f"the baseline {folder} is gone; upload its data again")
    return baseline


def _shards(found: Sequence[tuple[str, int]]) -> list[list[str]]:
    """The keys in parts of about 32 MiB, the same for the same files."""
    shards: list[list[str]] = []
    room = 0
    for key, size in found:
        if room < size or not shards:
            shards.append([])
            room = max(SHARD, size)
        shards[-1].append(key)
        room -= size
    return shards


def _profile(keys: Sequence[str]) -> str:
    return f"{naming.digest({'captures': list(keys)})}.json"


def _rejected(keys: Sequence[str]) -> str:
    return f"{naming.digest({'captures': list(keys)})}.rejected.jsonl"


def _owed(ports: Ports, schedule: Schedule, shards: Sequence[Sequence[str]]) -> str:
    folder = shard_folder(schedule.endpoint, schedule.name)
    name = f"{naming.digest({'shards': [list(keys) for keys in shards]})}.shards.json"
    ports.monitored.write(folder, {name: json.dumps([{"keys": keys} for keys in shards]).encode()})
    return f"{folder}{name}"


def _merged(
    ports: Ports, schedule: Schedule, shards: Sequence[Sequence[str]]
) -> tuple[list[bytes], bytes]:
    folder = shard_folder(schedule.endpoint, schedule.name)
    names = [_profile(keys) for keys in shards]
    profiles = ports.monitored.read(folder, names)
    rejected = ports.monitored.read(folder, [_rejected(keys) for keys in shards])
    return [profiles[name] for name in names], b"".join(rejected.values())


def _report(ports: Ports, check: Check, folder: str, checked: Checked, rejected: bytes) -> None:
    files = {**checked.files, **({REJECTED: rejected} if rejected else {})}
    # A window that was checked before may have had violations.
    stale = (ports.monitored.present(folder) & {*ORDER}) - files.keys()
    ports.monitored.remove(folder, sorted(stale))
    schedule = check.schedule
    ports.monitored.write(folder, {name: files[name] for name in ORDER if name in files})
    # Last: no number that somebody sent keeps the findings from being written.
    ports.measurements.put(
        schedule.endpoint, schedule.name, float(check.window.end), checked.metrics
    )
