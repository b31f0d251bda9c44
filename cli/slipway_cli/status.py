"""`slipway status`: what is wanted, what serves, and what is left to do."""

from dataclasses import asdict
from typing import Annotated

import typer
from slipway.domain.batch import Timer
from slipway.domain.desired import Artifact, Desired, Policy
from slipway.domain.naming import checked_deployment
from slipway.domain.plan.endpoint import Plan, versions
from slipway.domain.record import Record
from slipway.domain.scaling import Scaled
from slipway.domain.steps import AwaitChange, Verdict, label
from slipway.domain.watch import Schedule
from slipway.domain.world import Inspected, PackageApproval, World
from slipway.looking import Look, has_news, look, uploads
from slipway.nudging import deployments, newcomers
from slipway.ports import Ports

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import AWAITS_APPROVAL, AWAITS_PARTS
from slipway_cli.rollback import what

Deployment = Annotated[str | None, typer.Argument(help="One deployment; all when absent.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def status(ctx: typer.Context, deployment: Deployment = None, *, as_json: Json = False) -> None:
    """Show what is wanted, what serves, and what is left to do."""
    ports = stack.connect(target.of(ctx)).ports
    if deployment is None:
        _all(ports, as_json=as_json)
    else:
        _one(ports, checked_deployment(deployment), as_json=as_json)


def state(ports: Ports, found: Look) -> str:
    """In a word or two: where the deployment stands."""
    record, world = found.record, found.world
    if has_news(ports, record):
        return "New upload"
    desired, asleep = record.desired, isinstance(found.step, AwaitChange)
    if desired and desired.parts and desired.missing and asleep:
        return AWAITS_PARTS
    waits = any(each.approval == PackageApproval.PENDING for each in world.packages)
    if waits and asleep:
        return AWAITS_APPROVAL
    if found.converged and record.settled:
        return record.settled.announce.verdict
    return f"At work: {label(found.step)}" if record.lease else f"Next: {label(found.step)}"


def standing(ports: Ports, found: Look) -> str:
    """The state, and where it does not say so by itself, what serves."""
    word, live = state(ports, found), found.world.endpoint
    if found.record.runs_files and word == Verdict.HELD:
        runner = found.case.runner
        return f"{word}; {'runs go on' if runner else 'nothing runs'}"
    if word == Verdict.RELEASED or live is None or not live.serves(live.config):
        return f"{word}; nothing serves" if word == Verdict.HELD else word
    return f"{word}; {_serves(found)} serves on"


def _serves(found: Look) -> str:
    """What a person calls what the endpoint has: its version in the registry."""
    live = found.world.endpoint
    good = found.record.attempts.release(live.config) if live else None
    named = versions(good.packages, good.plan) if good else ""
    return named or (live.config if live else "nothing")


def _all(ports: Ports, *, as_json: bool) -> None:
    known = {name: ports.ledger.load(name) for name in deployments(ports)}
    new = [each for record in known.values() for each in newcomers(ports, record, known)]
    known |= {name: ports.ledger.load(name) for name in new}
    shown = (name for name in sorted(known) if known[name].desired or has_news(ports, known[name]))
    found = {name: look(ports, known[name]) for name in shown if not known[name].is_deleted}
    if as_json:
        screen.print_json({name: _document(ports, each) for name, each in found.items()})
        return
    if not found:
        screen.err().print("no deployments yet; `slipway push NAME model.tar.gz` makes one")
        return
    rows = [(name, *_row(ports, each)) for name, each in found.items()]
    screen.print_table(("deployment", "state", "endpoint", "why"), rows)


def _row(ports: Ports, found: Look) -> tuple[str, str, str]:
    live = found.world.endpoint
    status = live.status if live else "batch" if found.record.runs_files else "none"
    why = screen.brief(found.step.reason)
    return standing(ports, found), status, f"{_lost(ports, found)}{why}"


def _lost(ports: Ports, found: Look) -> str:
    """That nobody could tell any more from the bucket that it is there."""
    name, desired = found.record.deployment, found.record.desired
    if desired is None or not desired.parts or uploads(ports, found.record).parts:
        return ""
    return f"its uploads are gone from the bucket; `slipway delete {name}` takes it down; "


def _one(ports: Ports, deployment: str, *, as_json: bool) -> None:
    record = ports.ledger.load(deployment)
    if record.desired is None and not has_news(ports, record):
        raise Problem(
            f"there is no deployment {deployment}",
            f"`slipway push {deployment} model.tar.gz` makes it.",
            Exit.REFUSED,
        )
    found = look(ports, record)
    if as_json:
        screen.print_json(_document(ports, found))
        return
    screen.print_facts([("deployment", deployment), *_facts(ports, found)])


def _document(ports: Ports, found: Look) -> dict[str, object]:
    record, world = found.record, found.world
    return {
        "deployment": record.deployment,
        "state": state(ports, found),
        "next": {"step": label(found.step), "reason": found.step.reason},
        "desired": asdict(record.desired) if record.desired else None,
        "inspected": [asdict(each) for each in record.inspected],
        "packages": [asdict(each) for each in world.packages],
        "release": newest.number if (newest := record.releases.newest) else None,
        "endpoint": asdict(world.endpoint) if world.endpoint else None,
        "probed": _probed(found),
        "baseline": asdict(record.baseline) if record.baseline else None,
        "watch": [asdict(part) for part in world.watch],
        "scaling": [asdict(each) for each in world.scaling],
        "drift": asdict(record.drift) if record.drift else None,
        "owner": record.lease.owner if record.lease else None,
    }


def _facts(ports: Ports, found: Look) -> list[tuple[str, str]]:
    record = found.record
    return [
        ("state", standing(ports, found)),
        ("release", _release(record)),
        ("why", screen.brief(found.step.reason)),
        *(_wanted(record.desired) if record.desired else []),
        *(fact for each in record.inspected for fact in _inspected(each)),
        *_served(found),
        ("probes", str(probed["reason"]) if (probed := _probed(found)) else ""),
        *_watched(record, found.world),
        *_runs(found),
        *_tasks(found),
        *(("scales", each.words) for each in sorted(found.world.scaling, key=_variant)),
        ("owner", _owner(record)),
    ]


def _release(record: Record) -> str:
    """The newest release, by its number, and how to go back from it."""
    newest = record.releases.newest
    if newest is None:
        return ""
    return f"{newest.number}, {what(newest)}, of {screen.date(newest.at)}"


def _probed(found: Look) -> dict[str, object] | None:
    """The verdict of the probes on what is wanted."""
    probed = found.record.probes.of(found.plan.config) if found.plan else None
    return asdict(probed) if probed else None


def _wanted(desired: Desired) -> list[tuple[str, str]]:
    parts = [desired.parts[part] for part in desired.policy.parts if part in desired.parts]
    return [
        *(("artifact", _uploaded(artifact)) for artifact in parts),
        ("artifact", "" if parts else "nothing yet"),
        ("policy", _policy(desired.policy)),
        ("manifest", desired.problem or ""),
    ]


def _uploaded(artifact: Artifact) -> str:
    return f"{artifact.uri}, {screen.size(artifact.size)}, {screen.date(artifact.uploaded_at)}"


def _policy(policy: Policy) -> str:
    return (
        f"{_compute(policy)}, approval {policy.approval}, "
        f"rollout {policy.rollout.words}, {len(policy.probes) or 'its own'} probes"
    )


def _compute(policy: Policy) -> str:
    told = []
    for variant in policy.variants:
        goal = policy.target_of(variant)
        share = f"{variant.weight:g}" if variant.shadow is None else f"sees {variant.shadow} %"
        name = "" if len(policy.variants) == 1 else f"{variant.name} {share}: "
        told.append(f"{name}{goal.words}")
    return ", ".join(told)


def _inspected(inspected: Inspected) -> list[tuple[str, str]]:
    return [
        ("model", inspected.summary),
        ("sha256", inspected.sha256),
        *(("finding", finding) for finding in inspected.findings),
    ]


def _served(found: Look) -> list[tuple[str, str]]:
    live = found.world.endpoint
    good = found.record.attempts.release(live.config) if live else None
    serving = _images(good.plan) if good and good.plan else ""
    wanted = _images(found.plan) if found.plan else ""
    lacking = [each.no_image for each in found.record.inspected if each.no_image]
    missing = lacking[0] if lacking and not wanted else ""
    return [
        ("image", serving or wanted or missing or ""),
        ("next image", (wanted or missing or "") if serving and serving != wanted else ""),
        *(("version", f"{each.arn} ({each.approval})") for each in found.world.packages),
        ("endpoint", f"{live.name} ({live.status})" if live else "none"),
        ("serves", _serves(found) if live and live.serves(live.config) else "nothing"),
        ("config", live.config if live else ""),
        ("failure", screen.brief(live.failure) if live else ""),
    ]


def _images(made: Plan) -> str:
    images = (container.image for model in made.models for container in model.containers)
    return ", ".join(dict.fromkeys(images))


def _variant(scaled: Scaled) -> str:
    return scaled.variant


def _watched(record: Record, world: World) -> list[tuple[str, str]]:
    drift, baseline = record.drift, record.baseline
    since = f", {drift.violations} violations, since {drift.since}" if drift and drift.since else ""
    every = [part.every for part in world.watch if isinstance(part, Schedule)]
    return [
        ("baseline", (baseline.refused or baseline.summary) if baseline else ""),
        ("watched", f"every {every[0]} h" if every else ""),
        ("drift", f"{drift.state} at {drift.hour}{since}" if drift else ""),
    ]


def _tasks(found: Look) -> list[tuple[str, str]]:
    """How the last task went, and how many wait."""
    tasks = found.record.tasks
    newest, count = tasks.newest, len(tasks.due)
    return [
        ("last task", f"{newest.number}, {newest.words}" if newest else ""),
        ("tasks", f"{count} wait" if count else ""),
    ]


def _runs(found: Look) -> list[tuple[str, str]]:
    """Of a batch deployment: when it runs, and how the last run went."""
    record, newest = found.record, found.record.runs.newest
    if not record.runs_files:
        return []
    timers = [part for part in found.world.watch if isinstance(part, Timer)]
    arrived = found.world.arrived
    return [
        *(("runs", f"{each.expression}, {each.time_zone}") for each in timers),
        ("last run", f"{newest.number}, {newest.words}" if newest else "none yet"),
        *(("due", due.why) for due in record.runs.due),
        ("arrived", f"{arrived.count} objects wait for the next run" if arrived else ""),
    ]


def _owner(record: Record) -> str:
    return record.lease.owner if record.lease else ""
