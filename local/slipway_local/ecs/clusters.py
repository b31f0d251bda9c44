"""Clusters: a name under which tasks and services run."""

from collections.abc import Sequence

from slipway_local.ecs import tags
from slipway_local.ecs.account import Account, Cluster, Operations, Params
from slipway_local.ecs.errors import invalid, named, no_cluster, occupied
from slipway_local.ecs.listing import page

_DEFAULT = "default"
_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def create(account: Account, params: Params) -> Params:
    """Creating one that is there gives the one that is there."""
    name = params.get("clusterName", _DEFAULT)
    cluster = account.clusters.get(name)
    if cluster is None or cluster.status != "ACTIVE":
        _check_providers(params)
        cluster = Cluster(named(name, "a cluster"), account.arn("cluster", name), _body(params))
        account.clusters[name] = cluster
        tags.give(account, cluster.arn, params)
    return {"cluster": _described(account, cluster, ("SETTINGS", "TAGS"))}


def describe(account: Account, params: Params) -> Params:
    found, failures = [], []
    for reference in params.get("clusters", [_DEFAULT]):
        cluster = account.clusters.get(_name(reference))
        if cluster is None:
            arn = account.arn("cluster", _name(reference))
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            found.append(_described(account, cluster, params.get("include", ())))
    return {"clusters": found, "failures": failures}


def delete(account: Account, params: Params) -> Params:
    cluster = find(account, params["cluster"])
    if any(
        each.cluster == cluster.name and each.status == "ACTIVE"
        for each in account.services.values()
    ):
        raise occupied("Services")
    if any(
        each.cluster == cluster.name and each.status != "STOPPED" for each in account.tasks.values()
    ):
        raise occupied("Tasks")
    cluster.status = "INACTIVE"
    return {"cluster": _described(account, cluster, ())}


def list_clusters(account: Account, params: Params) -> Params:
    arns = [each.arn for each in account.clusters.values() if each.status == "ACTIVE"]
    return page("clusterArns", arns, params)


def put_providers(account: Account, params: Params) -> Params:
    cluster = find(account, params["cluster"])
    _check_providers(params)
    cluster.body |= _body({key: value for key, value in params.items() if key != "cluster"})
    return {"cluster": _described(account, cluster, ())}


def find(account: Account, reference: str | None) -> Cluster:
    """The active cluster of that name or ARN, or the default one, which need not be made. Raises
    Refusal."""
    name = _name(reference or _DEFAULT)
    if name == _DEFAULT and name not in account.clusters:
        create(account, {})
    cluster = account.clusters.get(name)
    if cluster is None or cluster.status != "ACTIVE":
        raise no_cluster()
    return cluster


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _body(params: Params) -> Params:
    kept = {key: value for key, value in params.items() if key not in ("clusterName", "tags")}
    return {"capacityProviders": [], "defaultCapacityProviderStrategy": [], **kept}


def _check_providers(params: Params) -> None:
    named = [*params.get("capacityProviders", ())]
    named += [
        each["capacityProvider"] for each in params.get("defaultCapacityProviderStrategy", ())
    ]
    for name in named:
        if name not in _PROVIDERS:
            raise invalid(
                f"The specified capacity provider {name} was not found: here there are "
                f"{' and '.join(_PROVIDERS)}."
            )


def _described(account: Account, cluster: Cluster, shown: Sequence[str]) -> Params:
    tasks = [each for each in account.tasks.values() if each.cluster == cluster.name]
    services = [each for each in account.services.values() if each.cluster == cluster.name]
    settings = cluster.body.get("settings", [{"name": "containerInsights", "value": "disabled"}])
    return {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": cluster.status,
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": sum(each.status == "RUNNING" for each in tasks),
        "pendingTasksCount": sum(each.status in ("PROVISIONING", "PENDING") for each in tasks),
        "activeServicesCount": sum(each.status == "ACTIVE" for each in services),
        "statistics": [],
        "capacityProviders": cluster.body["capacityProviders"],
        "defaultCapacityProviderStrategy": cluster.body["defaultCapacityProviderStrategy"],
        "settings": settings if "SETTINGS" in shown else [],
        "tags": account.tags[cluster.arn] if "TAGS" in shown else [],
    }


OPERATIONS: Operations = {
    "CreateCluster": create,
    "DescribeClusters": describe,
    "DeleteCluster": delete,
    "ListClusters": list_clusters,
    "PutClusterCapacityProviders": put_providers,
}
