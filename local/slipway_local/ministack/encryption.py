"""S3's encryption with KMS where no key is named: the one that AWS keeps for the account.

Source: "Using server-side encryption with AWS KMS keys (SSE-KMS)", section "AWS KMS keys".
"""

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import kms, s3

_ALIAS = "alias/aws/s3"
_ALGORITHM = "x-amz-server-side-encryption"
_KEY = f"{_ALGORITHM}-aws-kms-key-id"


def name_managed_key() -> None:
    """Encrypt with `alias/aws/s3` what asks for aws:kms and names no key: MiniStack refuses it."""
    resolve = s3._resolve_sse_write_headers

    def resolve_named(headers: Mapping[str, str], bucket: str) -> tuple[Any, Any]:
        found, refused = resolve(_named(headers), bucket)
        # A bucket's default encryption may leave the key out, too.
        return found and _named(found), refused

    s3._resolve_sse_write_headers = resolve_named


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    if headers.get(_ALGORITHM) != "aws:kms" or headers.get(_KEY):
        return dict(headers)
    return {**headers, _KEY: _managed_key()}


def _managed_key() -> str:
    """Its ARN; it is made when it is first needed, as AWS does."""
    found = kms._resolve_key(_ALIAS)
    if found is None:
        description = "Default key that protects my S3 objects when no other key is defined"
        _, _, body = kms._create_key({"Description": description})
        found = json.loads(body)["KeyMetadata"]
        kms._create_alias({"AliasName": _ALIAS, "TargetKeyId": found["KeyId"]})
    arn: str = found["Arn"]
    return arn
