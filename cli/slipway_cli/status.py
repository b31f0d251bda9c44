"""`slipway status`: what is wanted, what is, and what is owed."""

from dataclasses import asdict
from typing import Annotated

import typer
from slipway.domain.desired import Desired, Policy
from slipway.domain.naming import checked_deployment
from slipway.domain.record import Record
from slipway.domain.steps import AwaitChange, label
from slipway.domain.watch import Schedule
from slipway.domain.world import Inspected, PackageApproval, World
from slipway.looking import Look, has_news, look
from slipway.ports import Ports

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import AWAITS_APPROVAL

Deployment = Annotated[str | None, typer.Argument(help="One deployment; all when absent.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def status(ctx: typer.Context, deployment: Deployment = None, *, as_json: Json = False) -> None:
    """Show what is wanted, what serves, and what is owed."""
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
    waits = world.package is not None and world.package.approval == PackageApproval.PENDING
    if waits and isinstance(found.step, AwaitChange):
        return AWAITS_APPROVAL
    if found.converged and record.settled:
        return record.settled.announce.verdict
    return f"At work: {label(found.step)}" if record.lease else f"Owed: {label(found.step)}"


def _all(ports: Ports, *, as_json: bool) -> None:
    found = {name: look(ports, ports.ledger.load(name)) for name in ports.uploaded.deployments()}
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
    return state(ports, found), live.status if live else "none", found.step.reason


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
        "owed": {"step": label(found.step), "reason": found.step.reason},
        "desired": asdict(record.desired) if record.desired else None,
        "inspected": asdict(record.inspected) if record.inspected else None,
        "package": asdict(world.package) if world.package else None,
        "endpoint": asdict(world.endpoint) if world.endpoint else None,
        "probed": _probed(found),
        "baseline": asdict(record.baseline) if record.baseline else None,
        "watch": [asdict(part) for part in world.watch],
        "drift": asdict(record.drift) if record.drift else None,
        "owner": record.lease.owner if record.lease else None,
    }


def _facts(ports: Ports, found: Look) -> list[tuple[str, str]]:
    record = found.record
    return [
        ("state", state(ports, found)),
        ("why", found.step.reason),
        *(_wanted(record.desired) if record.desired else []),
        *(_inspected(record.inspected) if record.inspected else []),
        *_served(found.world),
        ("probes", str(probed["reason"]) if (probed := _probed(found)) else ""),
        *_watched(record, found.world),
        ("owner", _owner(record)),
    ]


def _probed(found: Look) -> dict[str, object] | None:
    """The verdict of the probes on what is wanted."""
    probed = found.record.probes.of(found.plan.config) if found.plan else None
    return asdict(probed) if probed else None


def _wanted(desired: Desired) -> list[tuple[str, str]]:
    artifact = desired.artifact
    uploaded = (
        f"{artifact.uri}, {screen.size(artifact.size)}, {screen.date(artifact.uploaded_at)}"
        if artifact
        else "nothing yet"
    )
    return [
        ("generation", str(desired.generation)),
        ("artifact", uploaded),
        ("policy", _policy(desired.policy)),
        ("manifest", desired.problem or ""),
    ]


def _policy(policy: Policy) -> str:
    goal = policy.target
    return (
        f"{goal.instance_count} of {goal.instance_type}, approval {policy.approval}, "
        f"rollout {policy.rollout}, {len(policy.probes) or 'its own'} probes"
    )


def _inspected(inspected: Inspected) -> list[tuple[str, str]]:
    return [
        ("model", inspected.summary),
        ("sha256", inspected.sha256),
        ("image", inspected.image or inspected.no_image or ""),
        *(("finding", finding) for finding in inspected.findings),
    ]


def _served(world: World) -> list[tuple[str, str]]:
    package, live = world.package, world.endpoint
    return [
        ("version", f"{package.arn} ({package.approval})" if package else ""),
        ("endpoint", f"{live.name} ({live.status})" if live else "none"),
        ("config", live.config if live else ""),
        ("failure", live.failure if live else ""),
    ]


def _watched(record: Record, world: World) -> list[tuple[str, str]]:
    drift, baseline = record.drift, record.baseline
    since = f", {drift.violations} violations, since {drift.since}" if drift and drift.since else ""
    every = [part.every for part in world.watch if isinstance(part, Schedule)]
    return [
        ("baseline", (baseline.refused or baseline.summary) if baseline else ""),
        ("watched", f"every {every[0]} h" if every else ""),
        ("drift", f"{drift.state} at {drift.hour}{since}" if drift else ""),
    ]


def _owner(record: Record) -> str:
    return record.lease.owner if record.lease else ""
