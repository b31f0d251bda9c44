"""Where other systems hear of what happened, as the account's default event bus."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated
from slipway.domain.errors import Unanswered

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "slipway"


class EventBridgeBus:
    """Implements ports.Bus; every event's source is `slipway`."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _client(self) -> "EventBridgeClient":
        return self._session.client("events")

    def put(self, detail_type: str, detail: Mapping[str, object]) -> None:
        """Raises Unanswered where the bus took the call and not the event."""
        with translated():
            answer = self._client.put_events(
                Entries=[
                    {"Source": SOURCE, "DetailType": detail_type, "Detail": json.dumps(detail)}
                ]
            )
        if answer["FailedEntryCount"]:
            raise Unanswered(str(answer["Entries"][0].get("ErrorMessage", "")))
