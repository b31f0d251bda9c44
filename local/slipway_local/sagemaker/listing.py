"""The List operations' common behaviour: filters, order, pages.

A page's token names the last row given, so that pages neither repeat nor skip a row when others
come and go between two calls.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import ge, gt, lt
from typing import Any

from slipway_local.sagemaker.errors import Refusal, invalid

Row = dict[str, Any]
DEFAULT_SIZE = 10
_IDENTITIES = ("Arn", "ARN", "ActivityId")

# The reference says "greater than or equal to" for creation and "after" for modification.
_TIMES: Sequence[tuple[str, str, Callable[[float, float], bool]]] = (
    ("CreationTimeAfter", "CreationTime", ge),
    ("CreationTimeBefore", "CreationTime", lt),
    ("LastModifiedTimeAfter", "LastModifiedTime", gt),
    ("LastModifiedTimeBefore", "LastModifiedTime", lt),
    ("ScheduledTimeAfter", "ScheduledTime", ge),
    ("ScheduledTimeBefore", "ScheduledTime", lt),
)


def page(
    member: str,
    rows: Iterable[Row],
    params: Mapping[str, Any],
    *,
    name: str,
    order: str = "Descending",
) -> Row:
    """The answer of a List operation: `member` with the chosen rows, and a NextToken if more.

    `name` is the member that NameContains and SortBy=Name look at (without one the ARN counts),
    `order` what the operation does when SortOrder is not given.
    """
    key = _sort_key(params.get("SortBy", "CreationTime"), name)
    descending = params.get("SortOrder", order) == "Descending"
    chosen = sorted((row for row in rows if _matches(row, params, name)), key=key)
    if descending:
        chosen.reverse()
    rest = _after(chosen, params.get("NextToken"), key, descending=descending)
    size = params.get("MaxResults", DEFAULT_SIZE)
    answer: Row = {member: rest[:size]}
    if len(rest) > size:
        answer["NextToken"] = _token(key(rest[size - 1]))
    return answer


def _matches(row: Row, params: Mapping[str, Any], name: str) -> bool:
    if params.get("NameContains", "") not in _label(row, name):
        return False
    return all(
        compare(row[field], params[parameter])
        for parameter, field, compare in _TIMES
        if parameter in params
    )


def _label(row: Row, name: str) -> str:
    label: str = row.get(name) or _arn(row)
    return label


def _arn(row: Row) -> str:
    """What tells rows apart: an ARN, an id, or a monitoring execution's schedule and time."""
    if "ScheduledTime" in row:
        return f"{row['MonitoringScheduleName']}/{row['ScheduledTime']}"
    return next(str(value) for field, value in row.items() if field.endswith(_IDENTITIES))


def _sort_key(by: str, name: str) -> Callable[[Row], tuple[Any, str]]:
    if by == "Name":
        return lambda row: (_label(row, name), _arn(row))
    if by == "Status":
        return lambda row: (_status(row), _arn(row))
    return lambda row: (row[by], _arn(row))


def _status(row: Row) -> str:
    return next(str(value) for field, value in row.items() if field.endswith("Status"))


def _after(
    rows: list[Row], token: str | None, key: Callable[[Row], Any], *, descending: bool
) -> list[Row]:
    if token is None:
        return rows
    last = _last(token)
    try:
        return [row for row in rows if (key(row) < last if descending else key(row) > last)]
    except TypeError as error:
        raise _bad_token(token) from error


def _token(last: tuple[Any, str]) -> str:
    return urlsafe_b64encode(json.dumps(last).encode()).decode()


def _last(token: str) -> tuple[Any, str]:
    try:
        value, arn = json.loads(urlsafe_b64decode(token))
    except (TypeError, ValueError) as error:
        raise _bad_token(token) from error
    if not isinstance(arn, str):
        raise _bad_token(token)
    return value, arn


def _bad_token(token: str) -> Refusal:
    return invalid(f"NextToken {token!r} is not one that this operation gave.")
