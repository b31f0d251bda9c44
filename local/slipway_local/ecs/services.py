"""Services: created, updated, deleted, described, listed."""

from collections.abc import Sequence

from slipway_local.ecs import clusters, definitions, deployments, scheduling, tags, tasks
from slipway_local.ecs.account import Account, Operations, Params, Service
from slipway_local.ecs.errors import inactive_service, invalid, named, no_deployment, no_service
from slipway_local.ecs.listing import page
from slipway_local.sagemaker.operations import present

_KEPT = (
    "launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration",
    "healthCheckGracePeriodSeconds", "propagateTags", "enableECSManagedTags",
    "availabilityZoneRebalancing",
)  # fmt: skip
# A change of one of these is a new deployment.
_ROLLED = ("taskDefinition", "networkConfiguration", "platformVersion", "capacityProviderStrategy")
_EXECUTED = {"schedulingStrategy": "REPLICA", "deploymentController": {"type": "ECS"}}
_CONFIGURATION: Params = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
}


def create(account: Account, params: Params) -> Params:
    """Raises Refusal."""
    cluster, name = clusters.find(account, params.get("cluster")), params["serviceName"]
    arn = account.arn("service", cluster.name, name)
    there = account.services.get(arn)
    if there and there.status != "INACTIVE":
        raise invalid("Creation of service was not idempotent.")
    if "taskDefinition" not in params:
        raise invalid("TaskDefinition cannot be empty.")
    body: Params = {"propagateTags": "NONE", "enableECSManagedTags": False}
    body |= {key: params[key] for key in (*_KEPT, "taskDefinition") if key in params}
    body["taskDefinition"] = definitions.find(account, params["taskDefinition"]).arn
    body["deploymentConfiguration"] = _configured(params, _CONFIGURATION)
    desired = _count(params.get("desiredCount", 1))
    service = Service(named(name, "a service"), arn, cluster.name, body, account.clock(), desired)
    _roll(account, service, body)
    account.services[arn] = service
    tags.give(account, arn, params)
    return {"service": _described(account, service)}


def update(account: Account, params: Params) -> Params:
    """Raises Refusal."""
    service = _active(account, params)
    body = service.body | {key: params[key] for key in (*_KEPT, "taskDefinition") if key in params}
    if "capacityProviderStrategy" in params:
        body.pop("launchType", None)
    body["taskDefinition"] = definitions.find(account, body["taskDefinition"]).arn
    body["deploymentConfiguration"] = _configured(params, service.body["deploymentConfiguration"])
    changed = any(body.get(each) != service.body.get(each) for each in _ROLLED)
    desired = _count(params.get("desiredCount", service.desired))
    if changed or params.get("forceNewDeployment"):
        _roll(account, service, body)
    service.body, service.desired, service.steady = body, desired, False
    return {"service": _described(account, service)}


def delete(account: Account, params: Params) -> Params:
    """Its tasks are stopped; it is DRAINING until they are, then INACTIVE."""
    service = _active(account, params)
    if service.desired and not params.get("force"):
        raise invalid(
            "The service cannot be stopped while it is scaled above 0: update its desiredCount to "
            "0, or give force."
        )
    service.status, service.desired = "DRAINING", 0
    return {"service": _described(account, service)}


def describe(account: Account, params: Params) -> Params:
    cluster = clusters.find(account, params.get("cluster"))
    found, failures = [], []
    for reference in params["services"]:
        arn = account.arn("service", cluster.name, reference.rpartition("/")[2])
        service = account.services.get(arn)
        if service is None:
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            shown = account.tags[arn] if "TAGS" in params.get("include", ()) else []
            found.append(_described(account, service) | {"tags": shown})
    return {"services": found, "failures": failures}


def list_services(account: Account, params: Params) -> Params:
    cluster = clusters.find(account, params.get("cluster"))
    fits = params.get("launchType", "FARGATE") == "FARGATE"
    fits = fits and params.get("schedulingStrategy", "REPLICA") == "REPLICA"
    found = [
        each.arn
        for each in account.services.values()
        if each.cluster == cluster.name and each.status != "INACTIVE" and fits
    ]
    return page("serviceArns", found, params)


def list_deployments(account: Account, params: Params) -> Params:
    service = _find(account, params)
    wanted: Sequence[str] = params.get("status", ())
    found = {
        each.arn: deployments.brief(account, service, each)
        for each in service.deployments
        if not wanted or each.outcome in wanted
    }
    answer = page("serviceDeployments", [*found], params)
    return {**answer, "serviceDeployments": [found[arn] for arn in answer["serviceDeployments"]]}


def describe_deployments(account: Account, params: Params) -> Params:
    known = {
        each.arn: deployments.described(account, service, each)
        for service in account.services.values()
        for each in service.deployments
    }
    return _found("serviceDeployments", known, params["serviceDeploymentArns"])


def stop_deployment(account: Account, params: Params) -> Params:
    """StopServiceDeployment; ABORT leaves what runs as it is."""
    arn = params["serviceDeploymentArn"]
    for service in account.services.values():
        for each in service.deployments:
            if each.arn == arn and each.outcome == "IN_PROGRESS":
                back = params.get("stopType", "ROLLBACK") == "ROLLBACK"
                scheduling.give_up(account, service, "ECS deployment: stopped by user.", back=back)
                return {"serviceDeploymentArn": arn}
    raise no_deployment()


def describe_revisions(account: Account, params: Params) -> Params:
    known = {
        each.revision: deployments.revision(account, service, each)
        for service in account.services.values()
        for each in service.deployments
    }
    return _found("serviceRevisions", known, params["serviceRevisionArns"])


def _found(member: str, known: Params, wanted: Sequence[str]) -> Params:
    missing = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    return {member: [known[arn] for arn in wanted if arn in known], "failures": missing}


def _roll(account: Account, service: Service, body: Params) -> None:
    """Begin to roll out what the service shall be. Raises Refusal."""
    cluster = clusters.find(account, service.cluster)
    definition = definitions.find(account, body["taskDefinition"])
    asked = tasks.placed(account, cluster, definition, body)
    asked |= {"group": f"service:{service.name}"}
    deployments.begin(account, service, definition, asked)


def _configured(params: Params, before: Params) -> Params:
    for member, only in _EXECUTED.items():
        if params.get(member, only) != only:
            raise invalid(f"{member} is {params[member]}: only {only} is executed here.")
    found: Params = before | params.get("deploymentConfiguration", {})
    if found["strategy"] != "ROLLING":
        raise invalid(f"strategy is {found['strategy']}: only ROLLING is executed here.")
    if found["maximumPercent"] < 100 or not 0 <= found["minimumHealthyPercent"] <= 100:
        raise invalid(
            "Both maximumPercent and minimumHealthyPercent cannot be outside of their ranges: at "
            "least 100, and from 0 to 100."
        )
    return found


def _count(asked: int) -> int:
    if asked < 0:
        raise invalid(f"desiredCount is {asked}, and must not be negative.")
    return asked


def _active(account: Account, params: Params) -> Service:
    service = _find(account, params)
    if service.status != "ACTIVE":
        raise inactive_service()
    return service


def _find(account: Account, params: Params) -> Service:
    cluster = clusters.find(account, params.get("cluster"))
    name = params["service"].rpartition("/")[2]
    service = account.services.get(account.arn("service", cluster.name, name))
    if service is None:
        raise no_service()
    return service


def _described(account: Account, service: Service) -> Params:
    live = [each for each in deployments.live(account, service) if each.desired == "RUNNING"]
    running = sum(each.status == "RUNNING" for each in live)
    shown = deployments.shown(account, service)
    body = {key: value for key, value in service.body.items() if key in _KEPT}
    return {
        **body,
        **present(
            serviceArn=service.arn,
            serviceName=service.name,
            clusterArn=account.arn("cluster", service.cluster),
            loadBalancers=[],
            serviceRegistries=[],
            status=service.status,
            desiredCount=service.desired,
            runningCount=running,
            pendingCount=len(live) - running,
            platformVersion=service.body.get("platformVersion", "LATEST"),
            platformFamily="Linux",
            taskDefinition=service.primary.definition.arn,
            deploymentConfiguration=service.body["deploymentConfiguration"],
            deployments=[deployments.summary(account, service, each) for each in shown],
            events=service.events,
            createdAt=service.created,
            createdBy=f"arn:aws:iam::{account.id}:root",
            currentServiceDeployment=service.deployments[0].arn,
            placementConstraints=[],
            placementStrategy=[],
            schedulingStrategy="REPLICA",
            deploymentController={"type": "ECS"},
            enableExecuteCommand=False,
        ),
    }


OPERATIONS: Operations = {
    "CreateService": create,
    "UpdateService": update,
    "DeleteService": delete,
    "DescribeServices": describe,
    "ListServices": list_services,
    "ListServiceDeployments": list_deployments,
    "DescribeServiceDeployments": describe_deployments,
    "DescribeServiceRevisions": describe_revisions,
    "StopServiceDeployment": stop_deployment,
}
