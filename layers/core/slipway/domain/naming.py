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
# What is kept of a model behind a multi-model endpoint goes by its host's name and its own.
MEMBER = "."
MODELS = "models/"
MANY = "models"  # the folder, and the part, of the models behind a multi-model endpoint
PINNED = "artifacts/"
BATCHES = "batches/"
BATCH_INPUT = re.compile(rf"{BATCHES}([^/]+)/in/.*[^/]$")
MANIFEST = "slipway.yaml"
ARCHIVE = ".tar.gz"
BASELINE = re.compile(r"baseline\.(csv|json|jsonl|parquet)")
MEMBER_KEY = re.compile(rf"{MODELS}([^/]+)/{MANY}/([^/]+){re.escape(ARCHIVE)}")
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
    member = MEMBER_KEY.fullmatch(key)
    if member:
        return checked_deployment(f"{member[1]}{MEMBER}{member[2]}")
    known = BASELINE.fullmatch(rest) or REQUEST.fullmatch(rest)
    if rest != MANIFEST and not rest.endswith(ARCHIVE) and not known:
        return None
    return checked_deployment(folder)


def checked_deployment(name: str) -> str:
    """`name`, when it can name a deployment; raises InvalidInput otherwise."""
    host, dot, member = name.partition(MEMBER)
    if DEPLOYMENT.fullmatch(host) and (not dot or DEPLOYMENT.fullmatch(member)):
        return name
    raise InvalidInput(
        f"deployment: {name[:80]!r} cannot be a name; use 1 to 32 lower-case letters, digits and "
        "single dashes between them, as in models/churn-eu/model.tar.gz"
    )


def host_of(deployment: str) -> str:
    """Whose endpoint serves it: its own, or the one that it is a model behind."""
    return deployment.partition(MEMBER)[0]


def member_of(deployment: str) -> str:
    """What a model behind a multi-model endpoint is called there; "" for any other deployment."""
    return deployment.partition(MEMBER)[2]


def member_of_key(key: str) -> str | None:
    """The model behind a multi-model endpoint that an archive is of; None for any other key."""
    found = MEMBER_KEY.fullmatch(key)
    fits = found and DEPLOYMENT.fullmatch(found[1]) and DEPLOYMENT.fullmatch(found[2])
    return f"{found[1]}{MEMBER}{found[2]}" if found and fits else None


def is_of(key: str, deployment: str, part: str = "") -> bool:
    """Whether an uploaded archive is one of a part's; of the only part's that is any but those of
    the models behind a multi-model endpoint."""
    if not key.startswith(prefix_of(deployment, part)):
        return False
    return bool(part or member_of(deployment) or not MEMBER_KEY.fullmatch(key))


def manifest_key(deployment: str) -> str:
    """Where its manifest is; the models behind one endpoint have one."""
    return f"{MODELS}{host_of(deployment)}/{MANIFEST}"


def archive_key(deployment: str, part: str = "") -> str:
    """Where `slipway push` uploads to."""
    member = member_of(deployment)
    return prefix_of(deployment) if member else f"{prefix_of(deployment, part)}model{ARCHIVE}"


def prefix_of(deployment: str, part: str = "") -> str:
    """Where a deployment, or one part of it, is uploaded; a model behind a multi-model endpoint is
    one object."""
    member = member_of(deployment)
    if member:
        return f"{MODELS}{host_of(deployment)}/{MANY}/{member}{ARCHIVE}"
    return f"{MODELS}{deployment}/{part}/" if part else f"{MODELS}{deployment}/"


def endpoint_name(site: Site, deployment: str) -> str:
    """The endpoint; of a model behind a multi-model endpoint with that model's name."""
    return f"{site.prefix}-{deployment.replace(MEMBER, '/')}"


def timer_name(endpoint: str) -> str:
    """The schedule by which a batch deployment runs; no endpoint's name has a dot in it."""
    return f"{endpoint}.batch"


def job_name(site: Site, deployment: str, due: str, attempt: int = 1) -> str:
    """The transform job of a run, or of a proof: the same is made once."""
    told = {"due": due, **({"attempt": attempt} if attempt > 1 else {})}
    return f"{endpoint_name(site, deployment)}-{digest(told)}"


def task_token(site: Site, deployment: str, due: str) -> str:
    """What ECS tells a task from others by: of 36 characters at most, in which it takes it."""
    return f"{site.prefix}-{digest({'deployment': deployment, 'due': due})}"


def deployment_of_job(site: Site, name: str) -> str | None:
    """The deployment that a transform job is of; None for strangers."""
    return deployment_of_resource(site, name.rpartition("-")[0])


def alarm_name(endpoint: str) -> str:
    return f"{endpoint}-drift"


def guard_name(endpoint: str, variant: str, kind: str) -> str:
    """The alarm of a variant that guards its updates; no endpoint's name has a dot in it."""
    return f"{endpoint}.{variant}.{kind}"


def group_name(site: Site, deployment: str) -> str:
    member = member_of(deployment)
    name = f"{site.prefix}-{host_of(deployment)}"
    return f"{name}-{digest({'model': member})}" if member else name


def deployment_of_resource(site: Site, name: str) -> str | None:
    """The deployment whose endpoint or package group is called `name`; None for strangers."""
    stem = name.removeprefix(f"{site.prefix}-")
    return stem if stem != name and DEPLOYMENT.fullmatch(stem) else None


def deployment_of_alarm(site: Site, name: str) -> str | None:
    """The deployment that one of Slipway's alarms is of; None for strangers."""
    endpoint, dot, _ = name.partition(".")
    return deployment_of_resource(site, endpoint if dot else name.removesuffix("-drift"))


def pinned_prefix(deployment: str) -> str:
    """Below which a deployment's bytes are kept. No two share theirs: they go with their owner."""
    return f"{PINNED}{deployment.replace(MEMBER, f'/{MANY}/')}/"


def loadable_prefix(deployment: str) -> str:
    """What a multi-model endpoint can load: nothing but bytes that were inspected and approved."""
    return f"{PINNED}{host_of(deployment)}/loadable/"


def asked_prefix(deployment: str) -> str:
    """Below which lies what an asynchronous endpoint is asked."""
    return f"async-inputs/{deployment}/"


def answered_prefix(deployment: str) -> str:
    """Below which an asynchronous endpoint writes what it answers."""
    return f"async/{deployment}/"


def batch_prefix(deployment: str) -> str:
    """Below which a batch deployment's files are: in/ what is uploaded, out/ what was answered."""
    return f"{BATCHES}{deployment}/"


def deployment_of_batch(key: str) -> str | None:
    """The batch deployment that an object was uploaded for; None for any other key."""
    found = BATCH_INPUT.match(key)
    return found[1] if found and DEPLOYMENT.fullmatch(found[1]) else None


def current_key(endpoint: str, prefix: str) -> str:
    """Where it is kept which version of a model behind the multi-model `endpoint` is asked."""
    host, _, member = endpoint.removeprefix(f"{prefix}-").partition("/")
    return f"{PINNED}{host}/current/{member}.json"


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
