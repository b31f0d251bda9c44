"""What is uploaded to batch deployments, and what their runs write, as S3."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from slipway.adapters.faults import is_no_object, translated
from slipway.batch_ports import Frozen
from slipway.domain import naming
from slipway.domain.batch import Arrived, is_list
from slipway.domain.errors import Refused
from slipway.domain.rows import Part, Rows, counted, whole

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef, ObjectTypeDef

CHUNK = 1 << 20
DOOMED = 1000  # that one call deletes
Listing = Mapping[str, str]


class S3Batches:
    """Implements batch_ports.Batches."""

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return self._session.client("s3")

    def arrived(self, deployment: str, seen: str) -> Arrived | None:
        with translated():
            _, new = self._news(deployment, seen)
        if not new:
            return None
        return Arrived(naming.digest(dict(new)), len(new), min(new))

    def freeze(self, deployment: str, number: int, seen: str) -> Frozen | None:
        with translated():
            listing, new = self._news(deployment, seen)
            if not new:
                return None
            folder = f"{naming.batch_prefix(deployment)}runs/{number}/"
            self.keep(f"{folder}seen.json", json.dumps(listing).encode())
            top = f"s3://{self._bucket}/{_inputs(deployment)}"
            listed = [{"prefix": top}, *sorted(new)]
            self.keep(f"{folder}input.manifest", json.dumps(listed).encode())
        uri = f"s3://{self._bucket}/{folder}input.manifest"
        return Frozen(uri, f"{folder}seen.json", len(new), min(new))

    def names(self, uri: str) -> list[str]:
        bucket, key = _place(uri)
        if is_list(uri):
            _, *names = json.loads(self._read(key))
            return [str(name) for name in names]
        top = _place(self.top(uri))[1]
        with translated():
            keys = [found["Key"] for found in self._objects(bucket, key)]
        return [found.removeprefix(top) for found in keys if not found.endswith("/")]

    def top(self, uri: str) -> str:
        if is_list(uri):
            return str(json.loads(self._read(_place(uri)[1]))[0]["prefix"])
        return uri if uri.endswith("/") else f"{uri.rpartition('/')[0]}/"

    def written(self, uri: str) -> dict[str, int]:
        bucket, key = _place(uri)
        with translated():
            found = {each["Key"]: each["Size"] for each in self._objects(bucket, key)}
        return {n.removeprefix(key): size for n, size in found.items() if n.endswith(".out")}

    def rows(self, uri: str, names: Sequence[str], *, most: int, part: Part = whole) -> Rows | None:
        bucket, top = _place(self.top(uri))
        found = Rows()
        for name in names:
            rows, size = self._rows(bucket, f"{top}{name}", most, part)
            if rows is None:
                return None
            found, most = found.and_(rows), most - size
        return found

    def pairs(
        self, uri: str, output: str, *, rows: int, objects: int
    ) -> Iterator[tuple[list[str], list[str]]]:
        bucket, top = _place(self.top(uri))
        into, below = _place(output)
        written = set(self.written(output))
        for name in self.names(uri)[:objects]:
            if f"{name}.out" in written:
                asked = self._text(bucket, f"{top}{name}")
                answered = self._text(into, f"{below}{name}.out")
                while chunk := list(islice(zip(asked, answered, strict=False), rows)):
                    yield [line for line, _ in chunk], [line for _, line in chunk]

    def _text(self, bucket: str, key: str) -> Iterator[str]:
        with translated():
            body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
            for line in body.iter_lines(CHUNK):
                yield line.decode("utf-8", "replace")

    def head(self, deployment: str, most: int, key: str = "") -> tuple[str, bytes] | None:
        with translated():
            found = [o for o in self._objects(self._bucket, _inputs(deployment)) if o["Size"]]
            last = max(
                found,
                key=lambda each: (each["Key"] == key, each["LastModified"], each["Key"]),
                default=None,
            )
            if last is None:
                return None
            body = self._client.get_object(
                Bucket=self._bucket, Key=last["Key"], Range=f"bytes=0-{most - 1}"
            )
            return last["Key"], body["Body"].read()

    def keep(self, key: str, content: bytes) -> None:
        with translated():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def remove(self, uri: str) -> None:
        bucket, prefix = _place(uri)
        with translated():
            keys = [found["Key"] for found in self._objects(bucket, prefix)]
            for start in range(0, len(keys), DOOMED):
                doomed: list[ObjectIdentifierTypeDef] = [
                    {"Key": key} for key in keys[start : start + DOOMED]
                ]
                self._client.delete_objects(
                    Bucket=bucket, Delete={"Objects": doomed, "Quiet": True}
                )

    def _news(self, deployment: str, seen: str) -> tuple[Listing, Listing]:
        """All there is by its name and version, and what of it the list does not know."""
        top, listing = _inputs(deployment), {}
        for found in self._objects(self._bucket, top):
            if not found["Key"].endswith("/"):
                version = f"{found['ETag']} {found['LastModified'].timestamp()}"
                listing[found["Key"].removeprefix(top)] = version
        known = self._known(seen)
        return listing, {n: v for n, v in listing.items() if known.get(n) != v}

    def _known(self, seen: str) -> Listing:
        """What had arrived; nothing where somebody deleted that list: better twice than never."""
        try:
            known: Listing = json.loads(self._read(seen)) if seen else {}
        except Refused:
            return {}
        return known

    def _read(self, key: str) -> bytes:
        with translated():
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if not is_no_object(error):
                    raise
                raise Refused(f"s3://{self._bucket}/{key} is gone") from error

    def _rows(self, bucket: str, key: str, most: int, part: Part) -> tuple[Rows | None, int]:
        """The rows of an object, and its size; None where that is above `most`."""
        with translated():
            try:
                found = self._client.get_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if not is_no_object(error):
                    raise
                return Rows(), 0
            size = found["ContentLength"]
            if size > most:
                return None, size
            return counted(found["Body"].iter_chunks(CHUNK), part), size

    def _objects(self, bucket: str, prefix: str) -> "Iterator[ObjectTypeDef]":
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Contents", [])


def _inputs(deployment: str) -> str:
    return f"{naming.batch_prefix(deployment)}in/"


def _place(uri: str) -> tuple[str, str]:
    split = urlsplit(uri)
    return split.netloc, split.path.lstrip("/")
