"""AddTags, ListTags and DeleteTags, by ARN, on whatever the account has."""

from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.errors import invalid, not_found
from slipway_local.sagemaker.operations import Operations, Params

_PAGE = 50


def add_tags(account: Account, params: Params) -> Params:
    tags = _find(account, params["ResourceArn"])
    tags |= {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    return {"Tags": _listed(tags)}


def list_tags(account: Account, params: Params) -> Params:
    """A NextToken is the key of the last tag given."""
    after = params.get("NextToken", "")
    tags = _listed(_find(account, params["ResourceArn"]))
    rest = [tag for tag in tags if tag["Key"] > after]
    size = params.get("MaxResults", _PAGE)
    answer: Params = {"Tags": rest[:size]}
    if len(rest) > size:
        answer["NextToken"] = rest[size - 1]["Key"]
    return answer


def delete_tags(account: Account, params: Params) -> Params:
    tags = _find(account, params["ResourceArn"])
    for key in params["TagKeys"]:
        tags.pop(key, None)
    return {}


def _find(account: Account, arn: str) -> dict[str, str]:
    if not arn.startswith(account.arn("", "")[:-1]):
        raise invalid(f"ARN should be scoped to correct region: {account.region}")
    tags = account.tags.get(arn.lower())
    if tags is None:
        raise not_found("resource", arn)
    return tags


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


OPERATIONS: Operations = {
    "AddTags": add_tags,
    "ListTags": list_tags,
    "DeleteTags": delete_tags,
}
