"""Tags of clusters, task definitions, tasks and services, by ARN."""

from slipway_local.ecs.account import Account, Operations, Params
from slipway_local.ecs.errors import invalid


def give(account: Account, arn: str, params: Params) -> None:
    """The tags that a new resource was asked for with."""
    account.tags[arn] = [*params.get("tags", [])]


def add(account: Account, params: Params) -> Params:
    found = {each["key"]: each for each in _find(account, params)}
    found |= {each["key"]: each for each in params["tags"]}
    account.tags[params["resourceArn"]] = [*found.values()]
    return {}


def remove(account: Account, params: Params) -> Params:
    kept = [each for each in _find(account, params) if each["key"] not in params["tagKeys"]]
    account.tags[params["resourceArn"]] = kept
    return {}


def list_tags(account: Account, params: Params) -> Params:
    return {"tags": _find(account, params)}


def _find(account: Account, params: Params) -> list[Params]:
    found = account.tags.get(params["resourceArn"])
    if found is None:
        raise invalid("The specified resource was not found.")
    return found


OPERATIONS: Operations = {
    "TagResource": add,
    "UntagResource": remove,
    "ListTagsForResource": list_tags,
}
