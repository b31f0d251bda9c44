"""The bucket users upload to, as S3."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import is_no_object, translated
from slipway.domain import naming
from slipway.domain.desired import ONLY, Artifact, Uploads
from slipway.domain.errors import Refused
from slipway.domain.news import is_late

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef, ObjectTypeDef

CHUNK = 1 << 20
LARGEST = 64 << 20  # of what is read whole


class S3Uploaded:
    """Implements ports.Uploaded."""

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return self._session.client("s3")

    def deployments(self) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=naming.MODELS, Delimiter="/"
        )
        with translated():
            folders = [f["Prefix"] for page in pages for f in page.get("CommonPrefixes", [])]
        names = (folder.removeprefix(naming.MODELS).rstrip("/") for folder in folders)
        return [name for name in names if naming.DEPLOYMENT.fullmatch(name)]

    def newest(
        self,
        deployment: str,
        parts: Collection[str] = (ONLY,),
        arrived: Collection[Artifact] = (),
    ) -> Uploads:
        prefix, manifest = naming.prefix_of(deployment), naming.manifest_key(deployment)
        with translated():
            objects = list(self._below(deployment))
            archives = [o for o in objects if o["Key"].endswith(naming.ARCHIVE)]
            given = any(o["Key"] == manifest for o in objects)
            last = partial(self._last, {each.key: each for each in arrived})
            named = partial(_named, objects, prefix)
            found = {p: last(_of_part(archives, deployment, p)) for p in parts}
            return Uploads(
                parts={part: artifact for part, artifact in found.items() if artifact},
                manifest_version=self._version(manifest) if given else None,
                baseline=last(named(naming.BASELINE)),
                request=last(named(naming.REQUEST)),
            )

    def _below(self, deployment: str) -> "Iterator[ObjectTypeDef]":
        """What is uploaded of it; of however many models behind it, only some."""
        prefix = naming.prefix_of(deployment)
        if naming.member_of(deployment):
            yield from self._objects(prefix)
            yield from self._objects(naming.manifest_key(deployment))
            return
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        for page in pages:
            yield from page.get("Contents", [])
            for folder in page.get("CommonPrefixes", []):
                yield from self._folder(folder["Prefix"], prefix)

    def _folder(self, folder: str, prefix: str) -> "Iterable[ObjectTypeDef]":
        if folder != f"{prefix}{naming.MANY}/":
            return self._objects(folder)
        # The one that was there first says for good what runs them all.
        some = self._client.list_objects_v2(Bucket=self._bucket, Prefix=folder).get("Contents", [])
        models = [found for found in some if found["Key"].endswith(naming.ARCHIVE)]
        return sorted(models, key=lambda found: (found["LastModified"], found["Key"]))[:1]

    def members(self, deployment: str) -> list[str]:
        folder = f"{naming.prefix_of(deployment)}{naming.MANY}/"
        with translated():
            keys = [found["Key"] for found in self._objects(folder)]
        return [name for name in map(naming.member_of_key, keys) if name]

    def manifest(self, deployment: str, version: str) -> bytes:
        key = naming.manifest_key(deployment)
        with translated():
            found = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
            return found["Body"].read()

    def read(self, artifact: Artifact) -> Iterable[bytes]:
        with translated(), _kept(artifact):
            body = self._client.get_object(
                Bucket=artifact.bucket, Key=artifact.key, VersionId=artifact.version_id
            )["Body"]
            yield from body.iter_chunks(CHUNK)

    def pin(self, artifact: Artifact, key: str) -> None:
        with translated(), _kept(artifact):
            if not self._has(key):
                self._client.copy(
                    {
                        "Bucket": artifact.bucket,
                        "Key": artifact.key,
                        "VersionId": artifact.version_id,
                    },
                    self._bucket,
                    key,
                )

    def put(self, key: str, content: bytes) -> None:
        with translated():
            if not self._has(key):
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def remove(self, prefix: str, before: float) -> None:
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        with translated():
            for page in pages:
                found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                doomed: list[ObjectIdentifierTypeDef] = [
                    {"Key": o["Key"], "VersionId": o["VersionId"]}
                    for o in found
                    if o["LastModified"].timestamp() < int(before)
                ]
                if doomed:
                    self._client.delete_objects(
                        Bucket=self._bucket, Delete={"Objects": doomed, "Quiet": True}
                    )

    def holds(self, key: str) -> bool:
        with translated():
            return any(found["Key"] == key for found in self._objects(key))

    def written(self, key: str) -> tuple[str, bytes] | None:
        with translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if not is_no_object(error):
                    raise
                return None
            if found["ContentLength"] > LARGEST:
                size = found["ContentLength"]
                raise Refused(f"s3://{self._bucket}/{key}: {size} bytes are too many")
            return found["ContentType"], found["Body"].read()

    def _objects(self, prefix: str) -> Iterator["ObjectTypeDef"]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            yield from page.get("Contents", [])

    def _last(
        self, arrived: Mapping[str, Artifact], objects: "Iterable[ObjectTypeDef]"
    ) -> Artifact | None:
        def finished(found: "ObjectTypeDef") -> tuple[float, str]:
            began, told = found["LastModified"].timestamp(), arrived.get(found["Key"])
            late = told is not None and is_late(told.uploaded_at, began)
            return told.uploaded_at if told and late else began, found["Key"]

        last = max(objects, key=finished, default=None)
        if last is None:
            return None
        listed, told = self._artifact(last["Key"]), arrived.get(last["Key"])
        return told if told and is_late(told.uploaded_at, listed.uploaded_at) else listed

    def _artifact(self, key: str) -> Artifact:
        found = self._client.head_object(Bucket=self._bucket, Key=key)
        return Artifact(
            bucket=self._bucket,
            key=key,
            version_id=found["VersionId"],
            uploaded_at=found["LastModified"].timestamp(),
            size=found["ContentLength"],
        )

    def _version(self, key: str) -> str:
        return self._client.head_object(Bucket=self._bucket, Key=key)["VersionId"]

    def _has(self, key: str) -> bool:
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if not is_no_object(error):
                raise
            return False
        return True


def _of_part(
    archives: "Iterable[ObjectTypeDef]", deployment: str, part: str
) -> "list[ObjectTypeDef]":
    return [o for o in archives if naming.is_of(o["Key"], deployment, part)]


def _named(
    objects: "Iterable[ObjectTypeDef]", prefix: str, name: re.Pattern[str]
) -> "list[ObjectTypeDef]":
    return [o for o in objects if name.fullmatch(o["Key"].removeprefix(prefix))]


@contextmanager
def _kept(artifact: Artifact) -> Iterator[None]:
    """Raises Refused when this version of an upload was deleted."""
    try:
        yield
    except ClientError as error:
        if not is_no_object(error):
            raise
        raise Refused(f"{artifact.uri} was deleted before it was used; upload it again") from error
