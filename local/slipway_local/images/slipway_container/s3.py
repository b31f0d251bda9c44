"""Objects of S3, listed and read with the credentials that the environment has: GET requests signed
with Signature Version 4, since an image need not hold an AWS SDK."""

import hashlib
import hmac
import os
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET  # S3 answers # nosec B405
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_NOTHING = hashlib.sha256(b"").hexdigest()


def download(url: str, folder: Path, variables: Mapping[str, str] = os.environ) -> None:
    """Lay the objects below an `s3://bucket/prefix` out under a folder."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    prefix = prefix.rstrip("/") + "/"
    for key in _keys(bucket, prefix, variables):
        if key.endswith("/"):
            continue
        path = folder / key.removeprefix(prefix)
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"s3://{bucket}/{key} leads out of its folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_get(f"/{bucket}/{key}", {}, variables))


def _keys(bucket: str, prefix: str, variables: Mapping[str, str]) -> Iterator[str]:
    query = {"list-type": "2", "prefix": prefix}
    while True:
        page = ET.fromstring(_get(f"/{bucket}", query, variables))  # noqa: S314 # nosec B314
        for key in page.iter(f"{_NAMESPACE}Key"):
            yield key.text or ""
        token = page.findtext(f"{_NAMESPACE}NextContinuationToken")
        if token is None:
            return
        query = {**query, "continuation-token": token}


def _get(path: str, query: Mapping[str, str], variables: Mapping[str, str]) -> bytes:
    region = variables.get("AWS_REGION", "us-east-1")
    endpoint = variables.get("AWS_ENDPOINT_URL", f"https://s3.{region}.amazonaws.com")
    place = urllib.parse.quote(path)
    asked = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote)
    host = urllib.parse.urlsplit(endpoint).netloc
    headers: Mapping[str, str] = {"host": host, "x-amz-content-sha256": _NOTHING}
    if "AWS_ACCESS_KEY_ID" in variables:
        headers = _signed(place, asked, headers, variables, region)
    request = urllib.request.Request(f"{endpoint}{place}?{asked}", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 # nosec B310
        content: bytes = answer.read()
    return content


def _signed(
    place: str, query: str, headers: Mapping[str, str], variables: Mapping[str, str], region: str
) -> Mapping[str, str]:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    named = {**headers, "x-amz-date": now}
    if variables.get("AWS_SESSION_TOKEN"):
        named["x-amz-security-token"] = variables["AWS_SESSION_TOKEN"]
    lines = "".join(f"{name}:{named[name]}\n" for name in sorted(named))
    names = ";".join(sorted(named))
    canonical = "\n".join(("GET", place, query, lines, names, _NOTHING))
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{variables['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}".encode(), "sha256")
    credential = f"{variables['AWS_ACCESS_KEY_ID']}/{scope}"
    told = f"Credential={credential}, SignedHeaders={names}, Signature={signature.hex()}"
    return {**named, "Authorization": f"AWS4-HMAC-SHA256 {told}"}
