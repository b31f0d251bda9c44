"""What people and the platform do, done to a world."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from slipway.domain.alarms import AlarmState
from slipway.domain.naming import MODELS
from slipway.domain.wish import How

from tests.simulation.stories import BASELINE, CHALLENGER, MANIFEST, Act
from tests.simulation.world import DEPLOYMENT, ENDPOINT, SITE, World

PATCH_SECONDS = 50.0
BACK: Mapping[str, Mapping[str, object]] = {
    "rollback": {},
    "rerun": {"rerun": True},
    "rerun to 1": {"rerun": True, "to": 1},
}
BY_HAND = "by-hand"


def act(world: World, deed: Act) -> None:
    """Let it happen, now."""
    what = deed.how or deed.content.decode().strip()
    world.say(f"> {deed.what} {what} {deed.key if deed.content else ''}".rstrip())
    _DEEDS[deed.what](world, deed)


def _upload(world: World, deed: Act) -> None:
    arrived = world.bucket.upload(deed.key, deed.content, deed.seconds)
    world.invariants.uploaded()
    # Of two parts it is the first that tells what is served.
    if deed.key not in (MANIFEST, BASELINE, CHALLENGER) and deed.key.startswith(MODELS):
        newest = world.bucket.newest(DEPLOYMENT, arrived=[arrived]).parts.get("")
        world.invariants.wish(world.bucket.content(newest) if newest else None)
    world.deliver(f"{deed.key} was uploaded", arrived)


def _due(world: World, deed: Act) -> None:
    """As EventBridge Scheduler does."""
    wish = {"type": "run", "due": deed.how}
    name = f"ask-{world.scheduler.elapsed:.0f}"
    world.machine.start(name, {"deployment": DEPLOYMENT, "wish": wish})


def _task(world: World, deed: Act) -> None:
    wish = {"type": "task", "command": [deed.how]}
    name = f"ask-{world.scheduler.elapsed:.0f}"
    world.machine.start(name, {"deployment": DEPLOYMENT, "wish": wish})


def _fail(world: World, deed: Act) -> None:
    """The service cannot do the next jobs, for reasons of its own."""
    world.transforms.failures += ["InternalServerError: try again"] * int(deed.how)


def _approve(world: World, deed: Act) -> None:
    _review(world, deed, "Approved")


def _reject(world: World, deed: Act) -> None:
    _review(world, deed, "Rejected")


def _review(world: World, deed: Act, status: str) -> None:
    first = list(world.cloud.service.account.packages)[:1]
    for arn in first if deed.how == "first" else _newest_package(world):
        world.invariants.reviewed(arn, approved=status == "Approved")
        world.cloud.person("UpdateModelPackage", ModelPackageArn=arn, ModelApprovalStatus=status)


def _discard(world: World, _: Act) -> None:
    for arn in _newest_package(world):
        world.cloud.person("DeleteModelPackage", ModelPackageName=arn)


def _newest_package(world: World) -> list[str]:
    return list(world.cloud.service.account.packages)[-1:]


def _edit(world: World, deed: Act) -> None:
    if deed.how == "by hand":
        config = _config_by_hand(world)
    else:
        made = [config.name for config in world.cloud.service.account.configs.values()]
        config = made[int(deed.how)] if int(deed.how) < len(made) else ""
    if config:
        world.cloud.person("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=config)


def _config_by_hand(world: World) -> str:
    name, person = BY_HAND, world.cloud.person
    container = {"Image": "by-hand", "ModelDataUrl": "s3://elsewhere/model.tar.gz"}
    person(
        "CreateModel", ModelName=name, PrimaryContainer=container, ExecutionRoleArn=SITE.role_arn
    )
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    person("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant])
    return name


def _delete(world: World, _: Act) -> None:
    world.cloud.person("DeleteEndpoint", EndpointName=ENDPOINT)


def _weigh(world: World, deed: Act) -> None:
    name = "Candidate" if deed.key == "Candidate" else "champion"
    weights = [{"VariantName": name, "DesiredWeight": float(deed.how)}]
    world.cloud.person(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=weights,
    )


def _scale(world: World, deed: Act) -> None:
    """As Application Auto Scaling does."""
    counts = [{"VariantName": "AllTraffic", "DesiredInstanceCount": int(deed.how)}]
    world.cloud.person(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=counts,
    )


def _ask(world: World, deed: Act) -> None:
    asking = f"ask-{world.scheduler.elapsed:.0f}"
    if deed.how in BACK:
        if "to" not in BACK[deed.how]:
            world.invariants.asked_back()
        wish = {"type": "rollback", **BACK[deed.how]}
        world.machine.start(asking, {"deployment": DEPLOYMENT, "wish": wish})
        return
    if deed.how in [*How]:
        world.machine.start(asking, {"deployment": DEPLOYMENT, "wish": {"type": deed.how}})
        return
    wish = {"type": "delete", "purge": deed.how == "purge"}
    world.invariants.asked_to_go(purge=deed.how == "purge")
    world.machine.start(asking, {"deployment": DEPLOYMENT, "wish": wish})


def _stop(world: World, _: Act) -> None:
    for execution in list(world.machine.executions):
        world.machine.stop(execution)


def _restore(world: World, _: Act) -> None:
    """The ledger is restored from before all its hints."""
    world.ledger.save(replace(world.record(), hints=0))


def _unwatch(world: World, _: Act) -> None:
    world.schedules.delete(ENDPOINT)


def _lose(world: World, deed: Act) -> None:
    """Somebody cleans up: what serves loses a part, or what is to serve."""
    account, person = world.cloud.service.account, world.cloud.person
    live = world.cloud.truth(ENDPOINT)
    configs = [config.name for config in account.configs.values()]
    config = live["EndpointConfigName"] if live else (configs or [""])[-1]
    match deed.how:
        case "config":
            person("DeleteEndpointConfig", EndpointConfigName=config)
        case "model":
            found = account.configs.get(account.arn("endpoint-config", config))
            name = found.body["ProductionVariants"][0]["ModelName"] if found else "none"
            person("DeleteModel", ModelName=name)
        case "group":
            for arn in list(account.packages):
                person("DeleteModelPackage", ModelPackageName=arn)
            person("DeleteModelPackageGroup", ModelPackageGroupName=ENDPOINT)
        case "bytes":
            world.bucket.pinned.clear()
        case "baseline":
            world.monitored.files.clear()
        case "alarm":
            world.alarms.made.clear()
            world.alarms.lost_at = world.scheduler.now


def _unscale(world: World, _: Act) -> None:
    for place in list(world.cloud.service.account.targets):
        world.cloud.person("DeregisterScalableTarget", **place.members())


def _quota(world: World, deed: Act) -> None:
    """The account may have so many instances from now on; without a number, as many as it likes."""
    kinds = ("ml.m5.large", "ml.m5.xlarge", "ml.c5.large", "ml.m5.2xlarge")
    limits = {f"{kind} for endpoint usage": int(deed.how) for kind in kinds if deed.how}
    world.cloud.service.account.quotas = limits


def _ring(world: World, deed: Act) -> None:
    world.alarms.change(deed.how, AlarmState.ALARM)
    world.invariants.rings(deed.how)
    _alarmed(world, deed.how)


def _hush(world: World, deed: Act) -> None:
    world.alarms.change(deed.how, AlarmState.OK)
    _alarmed(world, deed.how)


def _alarmed(world: World, name: str) -> None:
    """SageMaker looks at an alarm at once; whoever else it concerns is told of it, maybe."""
    world.cloud.look()
    if world.alarms.find([name]):
        world.deliver(f"{name} changed")


def _patch(world: World, _: Act) -> None:
    world.cloud.patch(ENDPOINT, PATCH_SECONDS)


def _undo(world: World, deed: Act) -> None:
    world.cloud.undo(ENDPOINT, deed.how)


_DEEDS: Mapping[str, Callable[[World, Act], None]] = {
    "upload": _upload,
    "approve": _approve,
    "reject": _reject,
    "discard": _discard,
    "edit": _edit,
    "delete": _delete,
    "ask": _ask,
    "due": _due,
    "task": _task,
    "fail": _fail,
    "weigh": _weigh,
    "scale": _scale,
    "unscale": _unscale,
    "stop": _stop,
    "restore": _restore,
    "unwatch": _unwatch,
    "lose": _lose,
    "patch": _patch,
    "ring": _ring,
    "hush": _hush,
    "quota": _quota,
    "undo": _undo,
}
