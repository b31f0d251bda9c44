"""Names are derived, never interpolated from what a stranger wrote.

SageMaker takes no idempotency token when it creates models, configs and endpoints, so the name
is the token: equal content has an equal name, and making it twice makes it once.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from slipway.domain.errors import InvalidInput

# With a prefix of 17 and a digest of 12 characters, the longest name is one of SageMaker's 63.
DEPLOYMENT = re.compile(r"(?=.{1,32}\Z)[a-z0-9](?:-?[a-z0-9])*")
MODELS = "models/"
PINNED = "artifacts/"
MANIFEST = "slipway.yaml"
ARCHIVE = ".tar.gz"
BASELINE = re.compile(r"baseline\.(csv|json|jsonl|parquet)")
REQUEST = re.compile(r"request\.\w+")


@dataclass(frozen=True, slots=True)
class Site:
    """Where Slipway is installed: what every name and reference is built from."""

    prefix: str
    bucket: str
    region: str
    role_arn: str


def deployment_of_key(key: str) -> str | None:
    """The deployment an S3 key belongs to; None for keys that mean nothing to Slipway.

    Raises InvalidInput when the folder cannot be a deployment's name.
    """
    if not key.startswith(MODELS) or key.count("/") < 2:
        return None
    folder, rest = key.removeprefix(MODELS).split("/", 1)
    known = BASELINE.fullmatch(rest) or REQUEST.fullmatch(rest)
    if rest != MANIFEST and not rest.endswith(ARCHIVE) and not known:
        return None
    return checked_deployment(folder)


def checked_deployment(name: str) -> str:
    """`name`, when it can name a deployment; raises InvalidInput otherwise."""
    if DEPLOYMENT.fullmatch(name):
        return name
    raise InvalidInput(
        f"deployment: {name[:80]!r} cannot be a name; use 1 to 32 lower-case letters, digits and "
        "single dashes between them, as in models/churn-eu/model.tar.gz"
    )


def prefix_of(deployment: str, part: str = "") -> str:
    """Where a deployment, or one part of it, is uploaded."""
    return f"{MODELS}{deployment}/{part}/" if part else f"{MODELS}{deployment}/"


def endpoint_name(site: Site, deployment: str) -> str:
    return f"{site.prefix}-{deployment}"


def alarm_name(endpoint: str) -> str:
    return f"{endpoint}-drift"


def group_name(site: Site, deployment: str) -> str:
    return f"{site.prefix}-{deployment}"


def deployment_of_resource(site: Site, name: str) -> str | None:
    """The deployment whose endpoint or package group is called `name`; None for strangers."""
    stem = name.removeprefix(f"{site.prefix}-")
    return stem if stem != name and DEPLOYMENT.fullmatch(stem) else None


def pinned_prefix(deployment: str) -> str:
    """Below which a deployment's bytes are kept. No two share theirs: they go with their owner."""
    return f"{PINNED}{deployment}/"


def pinned_key(deployment: str, sha256: str) -> str:
    """Where an artifact's bytes are kept under their own digest."""
    return f"{pinned_prefix(deployment)}sha256/{sha256}/model.tar.gz"


def script_key(sha256: str) -> str:
    """Where a default inference script is kept under its own digest."""
    return f"scripts/sha256/{sha256}/sourcedir.tar.gz"


def digest(content: Mapping[str, object]) -> str:
    """Twelve hexadecimal digits of the SHA-256 of `content` as canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
