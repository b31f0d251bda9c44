"""Captured requests, baselines and reports, as S3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import code_of, translated
from slipway.domain.desired import Artifact
from slipway.domain.errors import Refused
from slipway.domain.watch import CAPTURES, Window

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, ObjectTypeDef

LARGEST = 64 << 20
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}


class S3Monitored:
    """Implements ports.Monitored."""

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return self._session.client("s3")

    def captures(self, endpoint: str, window: Window) -> list[tuple[str, int]]:
        with translated():
            variants = self._folders(f"{CAPTURES}{endpoint}/")
            hours = [f"{variant}{hour}/" for variant in variants for hour in window.folders]
            return sorted((o["Key"], o["Size"]) for hour in hours for o in self._objects(hour))

    def latest(self, endpoint: str, most: int) -> list[str]:
        with translated():
            found: list[str] = []
            for variant in self._folders(f"{CAPTURES}{endpoint}/"):
                hours = self._back(variant, f"{variant}~", levels=4)
                keys = (key for hour in hours for key in self._newest(hour))
                found += islice(keys, most)
        return sorted(found, key=lambda key: key.split("/")[3:])[-most:]

    def open(self, keys: Iterable[str]) -> Iterator[tuple[str, BinaryIO]]:
        for key in keys:
            body = self._body(key)
            if body is not None:
                with body:
                    yield key, cast("BinaryIO", body)

    def data(self, data: Artifact) -> BinaryIO:
        file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - its reader closes it
        with translated():
            self._client.download_fileobj(
                data.bucket, data.key, file, ExtraArgs={"VersionId": data.version_id}
            )
        file.seek(0)
        return file

    def read(self, folder: str, names: Sequence[str]) -> Mapping[str, bytes]:
        with translated():
            found = {name: self._content(f"{folder}{name}") for name in names}
        return {name: content for name, content in found.items() if content is not None}

    def present(self, folder: str) -> set[str]:
        with translated():
            return {found["Key"].removeprefix(folder) for found in self._objects(folder)}

    def windows(self, history: str, name: str, until: str, most: int) -> list[str]:
        """A walk back through years, months, days and hours, so that old windows cost nothing."""
        with translated():
            back = self._back(history, until, levels=4)
            found = islice((folder for folder in back if self._has(f"{folder}{name}")), most)
            return [*found][::-1]

    def write(self, folder: str, files: Mapping[str, bytes]) -> None:
        with translated():
            for name, content in files.items():
                kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
                self._client.put_object(
                    Bucket=self._bucket, Key=f"{folder}{name}", Body=content, ContentType=kind
                )

    def remove(self, folder: str, names: Iterable[str]) -> None:
        with translated():
            for name in names:
                self._client.delete_object(Bucket=self._bucket, Key=f"{folder}{name}")

    def _back(self, folder: str, until: str, levels: int) -> Iterator[str]:
        if levels == 0:
            yield folder
            return
        for inner in reversed(self._folders(folder)):
            if inner < until:
                yield from self._back(inner, until, levels - 1)

    def _folders(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        return [found["Prefix"] for page in pages for found in page.get("CommonPrefixes", [])]

    def _objects(self, prefix: str) -> Iterator["ObjectTypeDef"]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            yield from page.get("Contents", [])

    def _newest(self, folder: str) -> list[str]:
        return sorted((found["Key"] for found in self._objects(folder)), reverse=True)

    def _body(self, key: str) -> "StreamingBody | None":
        with translated():
            found = self._found(key)
        return found["Body"] if found else None

    def _found(self, key: str) -> "GetObjectOutputTypeDef | None":
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
            return None

    def _content(self, key: str) -> bytes | None:
        found = self._found(key)
        if found is None:
            return None
        if found["ContentLength"] > LARGEST:
            raise Refused(f"s3://{self._bucket}/{key}: {found['ContentLength']} bytes are too many")
        return found["Body"].read()

    def _has(self, key: str) -> bool:
        answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return any(found["Key"] == key for found in answer.get("Contents", []))
