"""Pages of the List operations: a token names the last row given."""

from collections.abc import Sequence

from slipway_local.ecs.account import Params
from slipway_local.ecs.errors import invalid

_LARGEST = 100


def page(member: str, rows: Sequence[str], params: Params) -> Params:
    """The answer with as many rows as were asked for. Raises Refusal."""
    size = params.get("maxResults", _LARGEST)
    if not 1 <= size <= _LARGEST:
        raise invalid(f"maxResults is {size}, and must be between 1 and {_LARGEST}.")
    start = _after(rows, params.get("nextToken"))
    found = rows[start : start + size]
    more = {"nextToken": found[-1]} if start + size < len(rows) else {}
    return {member: [*found], **more}


def _after(rows: Sequence[str], token: str | None) -> int:
    if token is None:
        return 0
    if token not in rows:
        raise invalid("Invalid token.")
    return rows.index(token) + 1
