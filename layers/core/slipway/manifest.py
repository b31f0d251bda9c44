"""slipway.yaml: how a deployment's artifacts are released. Text in, a Policy or an error out."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import yaml
from pydantic import ValidationError

from slipway import scaling_keys, target_keys
from slipway.domain import desired
from slipway.domain.batch import Batch, BatchTarget
from slipway.domain.desired import (
    Approval,
    Asynchronous,
    ContainerPolicy,
    EndpointTarget,
    Expectation,
    Monitor,
    Policy,
    ProbeRequest,
    ServerlessTarget,
    VariantPolicy,
)
from slipway.domain.errors import InvalidInput
from slipway.domain.judging.judge import Criteria
from slipway.domain.naming import MANIFEST, MANY
from slipway.domain.rollout import Plain, Rollout, Steps, Way
from slipway.domain.scaling import Autoscaling, ScalingMetric
from slipway.domain.watch import BY_FEATURE
from slipway.guarded_keys import by_service
from slipway.keys import Container, Manifest, Probe
from slipway.rollout_keys import Stepwise, seconds
from slipway.target_keys import Async, Serverless, Target
from slipway.watch_keys import Watching

LARGEST = 64 * 1024
REMEDIES = {
    "target.instance_type": "give an instance type such as ml.m5.large",
    "image": "give a whole image URI such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1",
    "target.type": "it is endpoint, serverless, async or batch",
    "rollout.type": "it is all_at_once, canary, linear or rolling",
    "capture.percentage": "give a whole number from 0 to 100, without a unit",
    "probes.within": "give seconds, at most 60: 2s or 0.5s",
    "monitor.every": "give hours that divide a day: 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h",
}
COMPUTE = {field.name for field in fields(EndpointTarget)} - {"asynchronous"}
LINE = {field.name for field in fields(Asynchronous)}
TYPES = ("endpoint", "serverless", "async", "batch", "plain", "stepwise", *map(str, Way))
LIMITS = ("minimum_rows", "ks", "psi", "outside", "nulls", "unseen", "mistyped", "unreadable")
HOURS_A_YEAR = 8760


def parse(content: bytes, default_approval: Approval) -> Policy:
    """The policy that a manifest's text describes. Whoever uploads it cannot give the approval that
    an installation keeps for people: where that is the default, it holds for all.

    Raises InvalidInput with one line a problem: the field, the value and what would be right.
    """
    document = _document(content)
    try:
        manifest = Manifest.model_validate({"approval": default_approval, **document})
    except ValidationError as error:
        problems = "; ".join(_problem(dict(e)) for e in error.errors(include_url=False))
        raise InvalidInput(f"{MANIFEST}: {problems}") from error
    policy = _policy(manifest)
    kept = default_approval == Approval.MANUAL
    return replace(policy, approval=Approval.MANUAL) if kept else policy


def schema() -> dict[str, Any]:
    """The manifest's JSON schema, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Manifest.model_json_schema(),
    }


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise InvalidInput(f"{MANIFEST}: {len(content)} bytes; the largest manifest is {LARGEST}")
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(content)):
            raise InvalidInput(
                f"{MANIFEST}: YAML aliases (*name) are not read; write the value out"
            )
        document = yaml.safe_load(content) or {}
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{MANIFEST}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise InvalidInput(f"{MANIFEST}: it must be a mapping of keys such as `approval: manual`")
    return document


def _problem(error: dict[str, Any]) -> str:
    first, *rest = error["loc"] or ("",)
    path = [str(part) for part in (first, *rest) if part is first or part not in TYPES]
    if error["type"] == "union_tag_invalid":
        path, error = [*path, "type"], {**error, "input": error["input"]["type"]}
    field = ".".join(filter(None, path)) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{field}: unknown key; the keys are those `slipway schema` prints"
    if error["type"] == "value_error":
        return f"{field}: {error['ctx']['error']}"
    remedy = REMEDIES.get(field, error["msg"][:1].lower() + error["msg"][1:])
    return f"{field}: {error['input']!r:.80} cannot be used; {remedy}"


def _policy(manifest: Manifest) -> Policy:
    return Policy(
        approval=manifest.approval,
        target=_target(manifest.target),
        variants=_variants(manifest),
        rollout=_rollout(manifest.rollout),
        image=manifest.image,
        environment=manifest.environment,
        # SageMaker isolates no serverless container.
        network_isolation=manifest.network_isolation
        and not isinstance(manifest.target, Serverless),
        capture_percentage=manifest.capture.percentage if manifest.capture else 0,
        monitor=_monitor(manifest.monitor) if manifest.monitor else None,
        probes=tuple(_probe(probe) for probe in manifest.probes),
        on_change=manifest.on_change,
        autoscaling=_autoscaling(manifest.autoscaling),
        many=manifest.models == "many",
        alarms=tuple(alarm.policy() for alarm in manifest.alarms),
        batch=_batch(manifest),
        task=manifest.task.policy() if manifest.task else None,
    )


def _batch(manifest: Manifest) -> Batch | None:
    if not isinstance(manifest.target, target_keys.Batch):
        return None
    return manifest.batch.policy() if manifest.batch else Batch()


def _variants(manifest: Manifest) -> tuple[VariantPolicy, ...]:
    if manifest.models == "many":
        return (VariantPolicy(containers=(ContainerPolicy(MANY),)),)
    pipeline = _containers(manifest.containers)
    if not manifest.variants:
        return (VariantPolicy(containers=pipeline or VariantPolicy().containers),)
    target = _target(manifest.target)
    # What answers comes first: it says what is asked.
    ordered = sorted(manifest.variants.items(), key=lambda each: each[1].shadow is not None)
    return tuple(
        VariantPolicy(
            name,
            given.weight,
            replace(target, **given.model_dump(include=COMPUTE, exclude_none=True)),
            _containers(given.containers) or pipeline or (ContainerPolicy(name),),
            _autoscaling(given.autoscaling),
            given.shadow,
        )
        for name, given in ordered
    )


def _containers(given: Mapping[str, Container]) -> tuple[ContainerPolicy, ...]:
    return tuple(ContainerPolicy(name, one.image, one.environment) for name, one in given.items())


def _target(given: Target | Serverless | Async | target_keys.Batch) -> desired.Target:
    if isinstance(given, target_keys.Batch):
        return BatchTarget(given.instance_type, given.instance_count)
    if isinstance(given, Serverless):
        return ServerlessTarget(**given.model_dump(exclude={"type"}))
    line = Asynchronous(**given.model_dump(include=LINE)) if isinstance(given, Async) else None
    return EndpointTarget(**given.model_dump(exclude={"type", *LINE}), asynchronous=line)


def _rollout(given: object) -> Rollout:
    guarded = by_service(given)
    if guarded:
        return guarded.policy()
    if not isinstance(given, Stepwise):
        return Plain.ALL_AT_ONCE
    every, at_most = seconds(given.every), seconds(given.at_most)
    judge = Criteria(**given.judge.model_dump())
    return Steps(tuple(given.steps), every, at_most, given.undecided, judge)


def _autoscaling(given: scaling_keys.Autoscaling | None) -> Autoscaling | None:
    if given is None:
        return None
    cooldowns = map(seconds, (given.scale_in_cooldown, given.scale_out_cooldown))
    metric, value = ScalingMetric[given.metric.upper()], given.metrics[given.metric]
    return Autoscaling(given.min, given.max, metric, value, *cooldowns)


def _monitor(given: Watching) -> Monitor:
    chosen = given.thresholds.model_dump(exclude_none=True)
    every = int(given.every.removesuffix("h"))
    return Monitor(
        every=every,
        on_violation=given.on_violation,
        runner=given.runner,
        header=given.header,
        outputs=tuple(given.outputs or ()),
        missing_data=given.missing_data,
        thresholds={name: value for name, value in chosen.items() if name not in LIMITS},
        limits=_limits(given, chosen, every),
    )


def _limits(given: Watching, chosen: Mapping[str, Any], every: int) -> dict[str, float]:
    """The limits of Slipway's own checks; those that stand as usual are left to the engine."""
    limits = {name: float(value) for name, value in chosen.items() if name in LIMITS}
    if (level := given.false_alarms * every / HOURS_A_YEAR) != 1 / HOURS_A_YEAR:
        limits["level"] = level
    if given.judged_by == "model_monitor":
        limits["model_monitor"] = 1.0
    if given.metrics == BY_FEATURE:
        limits[BY_FEATURE] = 1.0
    return limits


def _probe(probe: Probe) -> ProbeRequest:
    expect = probe.expect
    return ProbeRequest(
        body=probe.body,
        content_type=probe.content_type,
        accept=probe.accept,
        expect=Expectation(expect.status, expect.columns, expect.path, expect.between),
        within=float(probe.within.removesuffix("s")) if probe.within else None,
    )
