"""What containers print, as CloudWatch Logs keeps it."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from slipway.adapters.faults import translated, unless

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUPS = "/aws/sagemaker/Endpoints/"
ABSENT = "ResourceNotFoundException"


class CloudWatchLogs:
    """Implements ports.Logs."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    @cached_property
    def _client(self) -> "CloudWatchLogsClient":
        return self._session.client("logs")

    def delete(self, endpoint: str) -> None:
        with translated(), unless(ABSENT):
            self._client.delete_log_group(logGroupName=f"{GROUPS}{endpoint}")
