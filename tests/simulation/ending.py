"""What must hold when everything has come to rest, and after every event is told once more."""

from dataclasses import replace
from itertools import pairwise

from slipway.domain import naming
from slipway.domain.desired import Approval, Desired, EndpointTarget
from slipway.domain.errors import InvalidInput
from slipway.domain.rollout import Guarded
from slipway.domain.steps import Announce, AwaitChange, Verdict
from slipway.domain.watch import lacking
from slipway.domain.world import PackageApproval, read
from slipway.looking import Look, look, planned
from slipway.manifest import parse
from slipway.registering import READINGS

from tests.simulation.acting import BY_HAND
from tests.simulation.batch_ending import check_runs
from tests.simulation.contents import EMPTY, disqualified, doubtful, kind_of
from tests.simulation.remedies import check_remedies
from tests.simulation.stories import ALARM
from tests.simulation.task_ending import check_tasks
from tests.simulation.world import DEPLOYMENT, ENDPOINT, World

REPLAY_SECONDS = 600.0
# What a verdict says that people are to blame for, and what they did then.
PEOPLES = {"cannot be updated any more": "lose", "a person said": "ask"}


def judge(world: World) -> str:
    """The end in a word. Every way in which it is not a right one is told to the world."""
    record = world.record()
    found = look(world.ports, record)
    if _awaits_approval(found):
        return _judge_waiting(world)
    if not found.converged:
        world.wrong(f"not converged: {found.step}; {record.settled}; {record.lease}")
        return "stuck"
    if record.settled is None:
        wanted = world.invariants.wished and not world.invariants.purges
        if wanted and world.invariants.shall_go() is False:
            world.wrong("an artifact was uploaded and nothing came of it")
        return "nothing"
    check_remedies(world)
    check_tasks(world)
    _check_told(world, record.settled.announce)
    _check_leaving(world, record.settled.announce)
    if record.runs_files:
        check_runs(world)
        return record.settled.announce.verdict
    _check_verdict(world, record.settled.announce)
    _check_serving(world)
    _check_scaling(world)
    _check_watched(world)
    return record.settled.announce.verdict


def _judge_waiting(world: World) -> str:
    """Somebody waits for a person, and what answered before answers meanwhile."""
    record = world.record()
    if not record.lease or not world.machine.is_running(record.lease.owner):
        world.wrong("an approval is awaited by nobody")
    if record.runs_files:
        check_runs(world)
        return "awaits approval"
    _check_serving(world)
    if world.invariants.answered() and world.cloud.truth(ENDPOINT) is None:
        world.wrong("an approval is awaited, and nothing serves meanwhile")
    return "awaits approval"


def replay(world: World) -> None:
    """The first event and the last, which say no more than all others do, and a sweep: nothing
    more may change."""
    before, told = _meaning(world), len(world.announcements.told)
    for cause in {*world.causes[:1], *world.causes[-1:]}:
        world.deliver(cause)
    world.sweep()
    world.scheduler.run_until(world.scheduler.now + REPLAY_SECONDS)
    if _meaning(world) != before:
        world.wrong(f"replayed events changed {before} to {_meaning(world)}")
    if len(world.announcements.told) != told:
        world.wrong(f"replayed events were told: {world.announcements.told[told:]}")


def _awaits_approval(found: Look) -> bool:
    waits = any(each.approval == PackageApproval.PENDING for each in found.world.packages)
    return waits and isinstance(found.step, AwaitChange)


def _check_told(world: World, announce: Announce) -> None:
    told = world.announcements.told
    if announce.reason.startswith("no artifact"):
        return  # nothing was asked for, so nothing is told again
    if not told or told[-1][1] != announce:
        world.wrong(f"told last was {told[-1:]}, settled is {announce}")
    again = [one for one, other in pairwise(told) if one == other]
    if again and world.is_faultless:
        world.wrong(f"told twice in a row: {again[0]}")


def _check_serving(world: World) -> None:
    """What was seen to fail does not serve where something better was released, and what serves
    lacks none of its parts."""
    invariants, live = world.invariants, world.cloud.truth(ENDPOINT)
    if live is None or live["EndpointConfigName"] == BY_HAND:
        return
    serving, desired = _serving(world), world.record().desired
    told = desired is None or desired.generation not in invariants.beyond_telling
    edited = any(act.what == "edit" for act in world.story.acts)
    bad = serving is not None and (disqualified(serving) or doubtful(serving))
    if bad and invariants.answered() and told and not edited:
        world.wrong(f"{serving!r} serves on, though something that answers was released")
    rests = live["EndpointStatus"] == "InService"
    settled = world.record().settled
    given_up = settled is not None and "cannot be updated any more" in settled.announce.reason
    if rests and not given_up and world.ports.endpoints.missing(live["EndpointConfigName"]):
        world.wrong(f"{live['EndpointConfigName']} serves, and its parts are gone")


def _check_verdict(world: World, announce: Announce) -> None:
    wished = world.invariants.wished
    if announce.verdict == Verdict.RELEASED:
        serving = _serving(world)
        if not wished or serving != wished[-1] or disqualified(serving):
            world.wrong(f"released, but {serving!r} serves and {wished[-1:]} is the newest")
        if serving and doubtful(serving) and world.invariants.answered():
            world.wrong(f"released, but {serving!r} took the place of what answered")
        _check_watch(world)
        _check_kept(world)
        _check_variants(world)
    elif (
        wished
        and announce.verdict == Verdict.HELD
        and not _is_excused(world, wished[-1], announce.reason)
    ):
        world.wrong(f"held without a cause: {announce.reason}")


def _check_leaving(world: World, announce: Announce) -> None:
    """What was asked to go is gone, and nothing else's with it; what was not is there."""
    gone, shall_go = announce.verdict == Verdict.DELETED, world.invariants.shall_go()
    # A release that began before it went finds nothing any more.
    late = world.invariants.purges and announce.reason.startswith("no artifact")
    if shall_go is not None and gone != shall_go and not late and not _wish_was_lost(world):
        world.wrong(f"it shall {'be gone' if shall_go else 'stay'}, and is {announce.verdict}")
    account = world.cloud.service.account
    ours = [each.name for each in (*account.configs.values(), *account.models.values())]
    watches = [*world.schedules.made, *world.alarms.made, *world.timers.made]
    made = [*watches, *world.logs.kept, *account.targets]
    left = [*made, *(n for n in ours if n != "by-hand")]
    if gone and (left or world.cloud.truth(ENDPOINT)):
        world.wrong(f"deleted, and {left or ENDPOINT} is left")


def _wish_was_lost(world: World) -> bool:
    """Whether somebody stopped the execution that asked, and can see that."""
    asking = (e for name, e in world.machine.executions.items() if name.startswith("ask-"))
    return any(execution.status != "SUCCEEDED" for execution in asking)


def _check_scaling(world: World) -> None:
    """What serves scales as the manifest says, and has as many instances as it was scaled to."""
    live, desired = world.cloud.truth(ENDPOINT), world.record().desired
    if live is None or desired is None or live["EndpointStatus"] != "InService":
        return
    how, account = desired.policy.autoscaling, world.cloud.service.account
    made = {(place.variant, each.least, each.most) for place, each in account.targets.items()}
    served = {
        each["VariantName"]: each["DesiredInstanceCount"] for each in live["ProductionVariants"]
    }
    wanted = {(name, how.least, how.most) for name in served} if how else set()
    if live["EndpointConfigName"] != BY_HAND and made != wanted:
        world.wrong(f"{made} scales, where {wanted} is wanted")
    if len(account.policies) != len(account.targets):
        world.wrong(f"{len(account.policies)} policies follow {len(account.targets)} variants")
    counts = [int(act.how) for act in world.story.acts if act.what == "scale"]
    if counts and counts[-1:] != [*served.values()]:
        world.wrong(f"{served} instances, where {counts[-1]} were there")


def _check_watched(world: World) -> None:
    """What serves is watched on, by a baseline that is there, whatever holds the release."""
    live, watched = world.cloud.truth(ENDPOINT), world.record().watched
    made = {*world.schedules.made.values(), *world.alarms.made.values()}
    if live is None or live["EndpointStatus"] != "InService":
        return
    if lost := lacking(watched, frozenset(made)):
        world.wrong(f"{ENDPOINT} is watched no more by {lost}")
    built = {each.baseline for each in world.schedules.made.values()}
    if gone := [folder for folder in built if not world.monitored.present(folder)]:
        world.wrong(f"{ENDPOINT} is held against {gone}, which is gone")


def _check_watch(world: World) -> None:
    """What is released is watched exactly as the manifest says, by a baseline that was built."""
    record, wanted = world.record(), planned(world.ports, world.record())
    made = {*world.schedules.made.values(), *world.alarms.made.values()}
    if wanted is None or made != wanted.watch:
        world.wrong(f"released, but {made} watches it where {wanted} is wanted")
    policy = record.desired.policy if record.desired else None
    monitored = policy is not None and policy.monitor is not None
    guarded = policy is not None and isinstance(policy.rollout, Guarded)
    guarded |= policy is not None and bool(policy.alarms)
    if bool(made) != (monitored or guarded):
        world.wrong(f"released, but {made} watches it")
    if monitored and (record.baseline is None or record.baseline.refused):
        world.wrong(f"released, but its baseline is {record.baseline}")


def _check_kept(world: World) -> None:
    """The bytes of what is released, and its baseline, are still there."""
    record = world.record()
    wanted, built = planned(world.ports, record), record.baseline
    files = read(record.desired, record.inspected).values() if record.desired else ()
    for key in [naming.pinned_key(DEPLOYMENT, each.sha256) for each in files] or ["its artifact"]:
        if not world.bucket.holds(key):
            world.wrong(f"released, but {key} is gone")
    if wanted and wanted.baseline and built and not world.monitored.present(built.folder):
        world.wrong(f"released, but {built.folder} is gone")


def _check_variants(world: World) -> None:
    """Each variant serves what is newest of its part, with the traffic that is wanted."""
    record, live = world.record(), world.cloud.truth(ENDPOINT)
    wanted = planned(world.ports, record)
    if live is None or record.desired is None or wanted is None or not wanted.weights:
        return
    found = world.ports.endpoints.describe(ENDPOINT)
    if found is None or found.weights != wanted.weights:
        world.wrong(f"released, but the traffic is {found}, wanted is {wanted.weights}")
    served = world.invariants.variants(live["EndpointConfigName"])
    newest = {part: world.bucket.content(a) for part, a in record.desired.parts.items()}
    if served != newest:
        world.wrong(f"released, but {served} serve, and {newest} are the newest")


def _serving(world: World) -> bytes | None:
    live = world.cloud.truth(ENDPOINT)
    if live is None or live["EndpointStatus"] != "InService":
        return None
    return world.invariants.version(live["EndpointConfigName"]).content


def _is_excused(world: World, newest: bytes, reason: str) -> bool:
    """Whether something beyond the core's power keeps the newest artifact from being served."""
    desired = world.record().desired
    if len(world.unread) >= READINGS and "could not be read" in reason:
        return True
    if world.invariants.purges and reason.startswith("no artifact"):
        return True
    if "alarm rings before anything" in reason or f"{ALARM} rang" in reason:
        return any(deed.what == "ring" for deed in world.story.acts)
    if reason.startswith("monitor: ") and desired and desired.policy.monitor:
        return _lacks_rows(world)
    if people := [w for words, w in PEOPLES.items() if words in reason]:
        return any(act.what in people for act in world.story.acts)
    return _is_to_blame(world, desired, newest, reason)


def _is_to_blame(world: World, desired: Desired | None, newest: bytes, reason: str) -> bool:
    """Whether what is wanted is, or what somebody did to it."""
    if reason.startswith("target: ") and desired:
        return _is_other(world, desired)
    parts = desired.parts.values() if desired else ()
    contents = [newest, *(world.bucket.content(artifact) for artifact in parts)]
    if any(map(doubtful, contents)) and "probe failed" in reason:
        return True
    if any(disqualified(content) for content in contents):
        return True
    untold = desired is not None and desired.generation in world.invariants.beyond_telling
    return untold or world.invariants.is_bad(newest) or _manifest_is_broken(world)


def _is_other(world: World, desired: Desired) -> bool:
    """Whether clients of what serves wait for their replies, and those of what is wanted do not."""
    target, live = desired.policy.target, world.cloud.truth(ENDPOINT)
    in_line = isinstance(target, EndpointTarget) and target.asynchronous is not None
    return live is not None and ("AsyncInferenceConfig" in live) != in_line


def _lacks_rows(world: World) -> bool:
    """Whether the newest baseline data are none that could be used."""
    data = world.bucket.newest(DEPLOYMENT).baseline
    return data is None or kind_of(world.bucket.content(data)) == EMPTY


def _manifest_is_broken(world: World) -> bool:
    version = world.bucket.newest(DEPLOYMENT).manifest_version
    try:
        if version is not None:
            parse(world.bucket.manifest(DEPLOYMENT, version), Approval.AUTOMATIC)
    except InvalidInput:
        return True
    return False


def _meaning(world: World) -> tuple[object, ...]:
    """What the world and the ledger say, without who said it when."""
    account = world.cloud.service.account
    record = replace(world.record(), version=0, hints=0, fence=0, lease=None, waiting=None)
    endpoints = [(e.status, e.config_name, e.modified) for e in account.endpoints.values()]
    return (record, endpoints, set(account.configs), set(account.packages))
