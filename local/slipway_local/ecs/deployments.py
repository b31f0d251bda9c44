"""A service's deployments: begun, described, told of.

Source of the events: "Amazon ECS service deployment state change events" and "Amazon ECS service
action events", Amazon ECS Developer Guide.
"""

import math
from collections.abc import Mapping, Sequence

from slipway_local.ecs.account import Account, Definition, Deployment, Params, Service, Task
from slipway_local.ecs.describing import iso
from slipway_local.sagemaker.operations import present

_DIGITS = 10**19
_KEPT_EVENTS = 100
_FEWEST, _MOST = 3, 200


def begin(account: Account, service: Service, definition: Definition, asked: Params) -> None:
    """A new deployment, which replaces the one that is there."""
    before = service.primary if service.deployments else None
    if before:
        before.status = "ACTIVE"
        if before.outcome == "IN_PROGRESS":
            end(account, before, "STOPPED", "it was replaced by a newer one.")
    number, now = f"{account.random.randrange(_DIGITS):019}", account.clock()
    path = (service.cluster, service.name, number)
    found = Deployment(
        id=f"ecs-svc/{number}",
        arn=account.arn("service-deployment", *path),
        revision=account.arn("service-revision", *path),
        definition=definition,
        asked=asked | {"startedBy": f"ecs-svc/{number}"},
        source=before.revision if before else None,
        created=now,
        updated=now,
    )
    service.deployments.insert(0, found)
    service.paused, service.steady = 0.0, False
    became(account, service, found, f"ECS deployment {found.id} in progress.")


def became(account: Account, service: Service, deployment: Deployment, why: str) -> None:
    """Tell of a deployment's state, which is new."""
    deployment.why, deployment.updated = why, account.clock()
    detail = {
        "eventType": "ERROR" if deployment.state == "FAILED" else "INFO",
        "eventName": f"SERVICE_DEPLOYMENT_{deployment.state}",
        "deploymentId": deployment.id,
        "updatedAt": iso(deployment.updated),
        "reason": why,
    }
    account.tell("ECS Deployment State Change", detail, service.arn)


def acted(account: Account, service: Service, name: str, kind: str = "INFO") -> None:
    """Tell of an action of the service's scheduler."""
    detail = {
        "eventType": kind,
        "eventName": name,
        "clusterArn": account.arn("cluster", service.cluster),
        "createdAt": iso(account.clock()),
    }
    account.tell("ECS Service Action", detail, service.arn)


def say(account: Account, service: Service, message: str) -> None:
    """Put a message on the service's own list of events."""
    event = {
        "id": account.fresh_id(),
        "createdAt": account.clock(),
        "message": f"(service {service.name}) {message}",
    }
    service.events = [event, *service.events[: _KEPT_EVENTS - 1]]


def end(account: Account, deployment: Deployment, outcome: str, why: str = "") -> None:
    """How the service deployment ended."""
    deployment.outcome, deployment.finished = outcome, account.clock()
    deployment.why = why or deployment.why


def live(account: Account, service: Service) -> list[Task]:
    """The tasks of a service that have not stopped."""
    group = f"service:{service.name}"
    return [
        each
        for each in account.tasks.values()
        if each.cluster == service.cluster and each.group == group and each.status != "STOPPED"
    ]


def shown(account: Account, service: Service) -> Sequence[Deployment]:
    """Those that still count: the primary one, and whose tasks have not all gone."""
    used = {each.deployment for each in live(account, service)}
    return [each for each in service.deployments if each.status == "PRIMARY" or each.id in used]


def threshold(service: Service) -> int:
    """How many tasks may fail before the circuit breaker trips."""
    breaker = service.body["deploymentConfiguration"]["deploymentCircuitBreaker"]
    given = breaker.get("thresholdConfiguration", {"type": "BOUNDED_PERCENT", "value": 50})
    share = math.ceil(service.desired * given["value"] / 100)
    counts = {
        "COUNT": given["value"],
        "UNBOUNDED_PERCENT": max(1, share),
        "BOUNDED_PERCENT": min(_MOST, max(_FEWEST, share)),
    }
    return int(counts[given["type"]])


def _counts(account: Account, service: Service, deployment: Deployment) -> tuple[int, int]:
    """How many of its tasks are running, and how many are on their way."""
    found = [each for each in live(account, service) if each.deployment == deployment.id]
    wanted = [each for each in found if each.desired == "RUNNING"]
    running = sum(each.status == "RUNNING" for each in wanted)
    return running, len(wanted) - running


def summary(account: Account, service: Service, deployment: Deployment) -> Params:
    """As DescribeServices tells of it."""
    running, pending = _counts(account, service, deployment)
    return {
        **_where(deployment),
        "id": deployment.id,
        "status": deployment.status,
        "desiredCount": service.desired if deployment.status == "PRIMARY" else 0,
        "pendingCount": pending,
        "runningCount": running,
        "failedTasks": deployment.failed,
        "createdAt": deployment.created,
        "updatedAt": deployment.updated,
        "rolloutState": deployment.state,
        "rolloutStateReason": deployment.why,
    }


def _where(deployment: Deployment) -> Mapping[str, object]:
    return {
        "taskDefinition": deployment.definition.arn,
        "launchType": "FARGATE",
        "platformVersion": deployment.asked["platformVersion"],
        "platformFamily": "Linux",
        "networkConfiguration": deployment.asked["networkConfiguration"],
    }


def brief(account: Account, service: Service, deployment: Deployment) -> Params:
    """As ListServiceDeployments tells of it."""
    return present(
        serviceDeploymentArn=deployment.arn,
        serviceArn=service.arn,
        clusterArn=account.arn("cluster", service.cluster),
        startedAt=deployment.created,
        createdAt=deployment.created,
        finishedAt=deployment.finished,
        targetServiceRevisionArn=deployment.revision,
        status=deployment.outcome,
        statusReason=deployment.why,
    )


def described(account: Account, service: Service, deployment: Deployment) -> Params:
    """As DescribeServiceDeployments tells of it."""
    body = brief(account, service, deployment)
    del body["targetServiceRevisionArn"]
    sources = [each for each in service.deployments if each.revision == deployment.source]
    breaker = service.body["deploymentConfiguration"]["deploymentCircuitBreaker"]
    tripped = "TRIGGERED" if deployment.state == "FAILED" else "MONITORING"
    alarms = service.body["deploymentConfiguration"].get("alarms")
    return body | present(
        alarms=_watched(account, alarms) if alarms else None,
        updatedAt=deployment.updated,
        sourceServiceRevisions=[_counted(account, service, each) for each in sources],
        targetServiceRevision=_counted(account, service, deployment),
        deploymentConfiguration=service.body["deploymentConfiguration"],
        rollback=deployment.rollback,
        deploymentCircuitBreaker={
            "status": tripped if breaker["enable"] else "DISABLED",
            "failureCount": deployment.failed,
            "threshold": threshold(service),
        },
    )


def _watched(account: Account, alarms: Params) -> Params:
    ringing = [name for name in alarms["alarmNames"] if account.in_alarm(name)]
    status = "TRIGGERED" if ringing else "MONITORING"
    return {
        "status": status if alarms["enable"] else "DISABLED",
        "alarmNames": alarms["alarmNames"],
        "triggeredAlarmNames": ringing,
    }


def _counted(account: Account, service: Service, deployment: Deployment) -> Params:
    running, pending = _counts(account, service, deployment)
    return {
        "arn": deployment.revision,
        "requestedTaskCount": service.desired if deployment.status == "PRIMARY" else 0,
        "runningTaskCount": running,
        "pendingTaskCount": pending,
    }


def revision(account: Account, service: Service, deployment: Deployment) -> Params:
    """As DescribeServiceRevisions tells of it."""
    containers = deployment.definition.body["containerDefinitions"]
    return {
        **_where(deployment),
        "serviceRevisionArn": deployment.revision,
        "serviceArn": service.arn,
        "clusterArn": account.arn("cluster", service.cluster),
        "containerImages": [
            {"containerName": each["name"], "image": each["image"]} for each in containers
        ],
        "createdAt": deployment.created,
    }
