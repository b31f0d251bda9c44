"""What an S3Prefix and a ManifestFile name: objects, and the path of each below the prefix."""

import json
from collections.abc import Iterator
from typing import Any


def below(prefix: str, url: str) -> str:
    """`a/b` below `s3://bucket/prefix/`; a prefix that ends within a name counts to its folder."""
    base = f"{prefix.rstrip('/')}/"
    if not url.startswith(base):
        base = f"{prefix.rpartition('/')[0]}/"
    return url.removeprefix(base)


def named(manifest: bytes, url: str) -> Iterator[tuple[str, str]]:
    """`[{"prefix": "s3://bucket/"}, "a", "b"]` names s3://bucket/a and s3://bucket/b.

    Raises ValueError; `url` is the manifest's.
    """
    try:
        first, *names = json.loads(manifest)
        prefix: Any = first["prefix"]
        yield from [(f"{prefix}{name}", str(name)) for name in names]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f'{url} is no manifest: it must be [{{"prefix": "s3://…"}}, "name", …]'
        ) from error
