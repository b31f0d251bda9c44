"""What an operation is: a function of the account and the checked parameters.

A module that implements operations ends with `OPERATIONS`, a mapping from the API's names; the
service is the union of those mappings.
"""

from collections.abc import Callable, Mapping
from typing import Any

from slipway_local.sagemaker.account import Account

Params = dict[str, Any]
Operation = Callable[[Account, Params], Params]
Operations = Mapping[str, Operation]


def given(params: Mapping[str, Any], *omitted: str) -> Params:
    """The parameters as a resource stores them: without tags and `omitted`."""
    return {key: value for key, value in params.items() if key != "Tags" and key not in omitted}


def present(**members: object) -> Params:
    """An answer without the members that are None."""
    return {name: value for name, value in members.items() if value is not None}
