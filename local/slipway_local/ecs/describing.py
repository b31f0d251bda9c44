"""A task as the API describes it, and as its events tell of it.

Source of the events: "Amazon ECS task state change events", Amazon ECS Developer Guide.
"""

from datetime import UTC, datetime

from slipway_local.ecs.account import Account, Container, Params, Task
from slipway_local.ecs.running import Run
from slipway_local.sagemaker.operations import present

_TIMES = (
    "connectivityAt", "createdAt", "executionStoppedAt", "pullStartedAt", "pullStoppedAt",
    "startedAt", "stoppedAt", "stoppingAt",
)  # fmt: skip


def task(account: Account, found: Task) -> Params:
    """What DescribeTasks says."""
    body = found.definition.body
    storage = body.get("ephemeralStorage", {"sizeInGiB": 20})
    return present(
        attachments=[_attachment(account, found)],
        attributes=[{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        availabilityZone=f"{account.region}a",
        clusterArn=account.arn("cluster", found.cluster),
        capacityProviderName=found.asked.get("capacityProvider"),
        connectivity="CONNECTED" if found.began else None,
        connectivityAt=found.began,
        containers=[_container(each, found) for each in found.containers],
        cpu=found.asked["cpu"],
        createdAt=found.created,
        desiredStatus=found.desired,
        enableExecuteCommand=False,
        ephemeralStorage=storage,
        executionStoppedAt=found.execution_stopped,
        group=found.group,
        healthStatus=found.health,
        lastStatus=found.status,
        launchType="FARGATE",
        memory=found.asked["memory"],
        overrides=_overrides(found),
        platformFamily="Linux",
        platformVersion=found.asked["platformVersion"],
        pullStartedAt=found.began,
        pullStoppedAt=found.pulled,
        startedAt=found.started,
        startedBy=found.asked.get("startedBy"),
        stopCode=found.stop_code,
        stoppedAt=found.stopped,
        stoppedReason=found.reason,
        stoppingAt=found.stopping,
        tags=[],
        taskArn=found.arn,
        taskDefinitionArn=found.definition.arn,
        version=found.version,
    )


def tell(account: Account, found: Task) -> None:
    """Put `ECS Task State Change` on the bus: what is described, and its version, are new."""
    detail = task(account, found) | {"updatedAt": account.clock()}
    for name in (*_TIMES, "updatedAt"):
        if name in detail:
            detail[name] = iso(detail[name])
    (attachment,) = detail["attachments"]
    detail["attachments"] = [{**attachment, "type": "eni"}]
    account.tell("ECS Task State Change", detail, found.arn)


def iso(time: float) -> str:
    """2020-01-23T17:57:58.103Z"""
    moment = datetime.fromtimestamp(time, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _attachment(account: Account, found: Task) -> Params:
    network = found.asked["networkConfiguration"]["awsvpcConfiguration"]
    digits = found.attachment.replace("-", "")
    mac = ":".join(("0a", *(digits[at : at + 2] for at in range(0, 10, 2))))
    details = {
        "subnetId": network["subnets"][0],
        "networkInterfaceId": found.interface,
        "macAddress": mac,
        "privateDnsName": f"ip-{found.address.replace('.', '-')}.{account.region}.compute.internal",
        "privateIPv4Address": found.address,
    }
    return {
        "id": found.attachment,
        "type": "ElasticNetworkInterface",
        "status": "DELETED" if found.status == "STOPPED" else "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(found: Container, of: Task) -> Params:
    definition = found.definition
    sizes = {
        each: str(definition[each])
        for each in ("memory", "memoryReservation")
        if each in definition
    }
    checked = "healthCheck" in definition
    return present(
        containerArn=found.arn,
        taskArn=of.arn,
        name=found.name,
        image=definition["image"],
        runtimeId=f"{of.id}-{found.arn[-10:]}" if found.started else None,
        lastStatus=found.status,
        exitCode=found.code,
        reason=found.reason,
        networkBindings=_bindings(found.run) if found.run else [],
        networkInterfaces=[{"attachmentId": of.attachment, "privateIpv4Address": of.address}],
        healthStatus=found.health.status if checked else "UNKNOWN",
        cpu=str(definition["cpu"]),
        **sizes,
    )


def _bindings(run: Run) -> list[Params]:
    return [
        {
            "bindIP": each.host,
            "containerPort": each.port,
            "hostPort": each.host_port,
            "protocol": "tcp",
        }
        for each in run.bindings()
    ]


def _overrides(found: Task) -> Params:
    plain: Params = {"containerOverrides": [], "inferenceAcceleratorOverrides": []}
    return {**plain, **found.asked.get("overrides", {})}
