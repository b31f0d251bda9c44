"""The models behind a multi-model endpoint, as objects that it can load.

artifacts/{host}/loadable/{model}@{digest}.tar.gz   a version, as it was approved
artifacts/{host}/loadable/{model}.tar.gz            a copy of the one that is current
artifacts/{host}/current/{model}.json               which one that is

A model that was loaded stays so under its name though its object be replaced, so each version has
a name of its own. Source: "Add or Remove Models" of SageMaker's multi-model endpoints.
"""

import json
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import is_no_object, translated
from slipway.domain import naming
from slipway.domain.errors import Refused
from slipway.domain.footprint import Footprint
from slipway.domain.plan.endpoint import Plan
from slipway.domain.rollout import Guarded
from slipway.domain.world import Endpoint, EndpointStatus
from slipway.ports import Endpoints, InBucket, Reply, Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Hosted:
    """Implements ports.Endpoints for models whose endpoint's name is `host/model`, and whose
    config's is `host/model@digest.tar.gz`. `hosts` are the endpoints that load them."""

    def __init__(
        self,
        session: boto3.Session,
        bucket: str,
        prefix: str,
        hosts: Endpoints,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._bucket = bucket
        self._prefix = prefix
        self._hosts = hosts
        self._clock = clock

    @cached_property
    def _client(self) -> "S3Client":
        return self._session.client("s3")

    def describe(self, name: str) -> Endpoint | None:
        current = self._current(name)
        if current is None:
            return None
        return Endpoint(name, EndpointStatus.IN_SERVICE, current["config"], current["at"])

    def has_config(self, name: str) -> bool:
        with translated():
            return self._has(_loadable(name))

    def has_model(self, name: str) -> bool:
        del name  # it has none of its own
        return False

    def missing(self, config: str) -> str:
        return "" if self.has_config(config) else "model"

    def prepare(self, plan: Plan, packages: Mapping[str, str]) -> None:
        """Copy the bytes to where the endpoint can load them."""
        del packages
        (container,) = plan.models[0].containers
        key = container.model_data_url.removeprefix(f"s3://{self._bucket}/")
        with translated():
            if not self._has(_loadable(plan.config)):
                self._copy(key, _loadable(plan.config))

    def create(self, name: str, config: str) -> None:
        self.update(name, config)

    def update(self, name: str, config: str, guarded: Guarded | None = None) -> None:
        del guarded  # it is one object, and is asked or not
        said = json.dumps({"config": config, "at": self._clock()}).encode()
        with translated():
            self._copy(_loadable(config), self._named(name))
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=said)

    def scale(self, name: str, counts: Mapping[str, int]) -> None:
        raise Refused(f"{name} has no instances of its own to scale to {dict(counts)}")

    def shift(self, name: str, weights: Mapping[str, float]) -> None:
        """It has no variants."""

    def delete(self, name: str) -> None:
        with translated():
            for key in (self._key(name), self._named(name)):
                self._client.delete_object(Bucket=self._bucket, Key=key)

    def discard(self, footprint: Footprint) -> None:
        with translated():
            self._client.delete_object(Bucket=self._bucket, Key=_loadable(footprint.config))

    def invoke(self, name: str, request: Request, variant: str = "", model: str = "") -> Reply:
        current = self._current(name)
        model = model or (current["config"].rpartition("/")[2] if current else "")
        return self._hosts.invoke(name.partition("/")[0], request, variant, model)

    def submit(self, name: str, request: Request, location: str, seconds: int) -> InBucket:
        return self._hosts.submit(name.partition("/")[0], request, location, seconds)

    def _current(self, name: str) -> dict[str, Any] | None:
        with translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            except ClientError as error:
                if not is_no_object(error):
                    raise
                return None
            document: dict[str, Any] = json.loads(found["Body"].read())
            return document

    def _key(self, name: str) -> str:
        return naming.current_key(name, self._prefix)

    def _named(self, name: str) -> str:
        """The object that goes by the model's plain name."""
        host, _, model = name.removeprefix(f"{self._prefix}-").partition("/")
        return f"{naming.loadable_prefix(host)}{model}{naming.ARCHIVE}"

    def _copy(self, source: str, key: str) -> None:
        self._client.copy({"Bucket": self._bucket, "Key": source}, self._bucket, key)

    def _has(self, key: str) -> bool:
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return any(each["Key"] == key for each in found.get("Contents", []))


def _loadable(config: str) -> str:
    host, _, name = config.partition("/")
    return f"{naming.loadable_prefix(host)}{name}"
