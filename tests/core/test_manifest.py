import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.desired import (
    Approval,
    Asynchronous,
    ContainerPolicy,
    EndpointTarget,
    MissingData,
    Monitor,
    OnViolation,
    Policy,
    RoutingStrategy,
    Runner,
    ServerlessTarget,
    VariantPolicy,
)
from slipway.domain.errors import InvalidInput
from slipway.domain.scaling import Autoscaling, ScalingMetric
from slipway.domain.task import TaskPolicy
from slipway.manifest import parse, schema

FULL = b"""
approval: manual
target:
  type: endpoint
  instance_type: ml.c5.large
  instance_count: 2
  volume_size_in_gb: 100
  model_data_download_timeout_in_seconds: 1200
  container_startup_health_check_timeout_in_seconds: 900
  routing_strategy: LEAST_OUTSTANDING_REQUESTS
image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1
environment: {MODE: fast}
rollout: all_at_once
network_isolation: false
capture: {percentage: 20}
probes:
  - body: "0.1,18"
    expect: {columns: 1, between: [0, 60]}
  - body: '{"instances": [1]}'
    content_type: application/json
    expect: {path: "$.predictions[0].score"}
"""
VARIANTS = b"""
target: {instance_type: ml.m5.large, instance_count: 2}
variants:
  champion: {weight: 9}
  challenger: {weight: 1, instance_type: ml.c5.large}
  mixed: {weight: 0, containers: [scale, champion]}
"""
PIPELINE = b"containers: {scale: {environment: {A: b}}, predict: {}}\n"
CAPTURED = "capture: {percentage: 100}\n"
WATCHED = b"""
capture: {percentage: 50}
monitor:
  every: 6h
  on_violation: hold
  runner: sagemaker
  header: false
  outputs: [price, label]
  missing_data: notBreaching
  judged_by: model_monitor
  false_alarms: 0.5
  metrics: by_feature
  thresholds:
    comparison_threshold: 0.2
    comparison_method: Simple
    categorical_comparison_threshold: 0.3
    categorical_drift_method: ChiSquared
    datatype_check_threshold: 0.9
    domain_content_threshold: 0.8
    minimum_rows: 100
    ks: 0.15
    psi: 0.5
    outside: 0
    nulls: 0.02
    unseen: 0.03
    mistyped: 0.04
    unreadable: 0.1
"""


def test_an_empty_manifest_is_the_default_policy() -> None:
    assert parse(b"", Approval.AUTOMATIC) == Policy()
    assert parse(b"", Approval.MANUAL).approval == Approval.MANUAL


def test_every_key_reaches_the_policy() -> None:
    policy = parse(FULL, Approval.AUTOMATIC)
    assert policy.approval == Approval.MANUAL
    assert policy.target == EndpointTarget(
        "ml.c5.large", 2, 100, 1200, 900, RoutingStrategy.LEAST_OUTSTANDING_REQUESTS
    )
    assert policy.image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    assert policy.environment == {"MODE": "fast"}
    assert not policy.network_isolation
    assert policy.capture_percentage == 20
    csv, json_probe = policy.probes
    assert (csv.expect.columns, csv.expect.between) == (1, (0.0, 60.0))
    assert (json_probe.content_type, json_probe.expect.path) == (
        "application/json",
        "$.predictions[0].score",
    )


def test_every_key_of_the_monitor_reaches_the_policy() -> None:
    assert parse(WATCHED, Approval.AUTOMATIC).monitor == Monitor(
        every=6,
        on_violation=OnViolation.HOLD,
        runner=Runner.SAGEMAKER,
        header=False,
        outputs=("price", "label"),
        missing_data=MissingData.NOT_BREACHING,
        thresholds={
            "comparison_threshold": 0.2,
            "comparison_method": "Simple",
            "categorical_comparison_threshold": 0.3,
            "categorical_drift_method": "ChiSquared",
            "datatype_check_threshold": 0.9,
            "domain_content_threshold": 0.8,
        },
        limits={
            "minimum_rows": 100.0,
            "ks": 0.15,
            "psi": 0.5,
            "outside": 0.0,
            "nulls": 0.02,
            "unseen": 0.03,
            "mistyped": 0.04,
            "unreadable": 0.1,
            "level": 3 / 8760,
            "model_monitor": 1.0,
            "by_feature": 1.0,
        },
    )


def test_a_monitor_without_keys_is_the_default_one() -> None:
    assert parse(f"{CAPTURED}monitor: {{}}".encode(), Approval.AUTOMATIC).monitor == Monitor()
    assert parse(CAPTURED.encode(), Approval.AUTOMATIC).monitor is None


def test_a_task_is_read_with_its_defaults() -> None:
    policy = parse(
        b"task: {command: [python, job.py], cpu: 1024, memory_mb: 4096}", Approval.AUTOMATIC
    )
    assert policy.task == TaskPolicy(None, ("python", "job.py"), 1024, 4096)
    assert parse(b"task: {}", Approval.AUTOMATIC).task == TaskPolicy()


@pytest.mark.parametrize("hours", [1, 2, 3, 4, 6, 8, 12, 24])
def test_a_check_may_be_due_at_any_hours_that_divide_a_day(hours: int) -> None:
    policy = parse(f"{CAPTURED}monitor: {{every: {hours}h}}".encode(), Approval.AUTOMATIC)
    assert policy.monitor is not None
    assert policy.monitor.every == hours


@pytest.mark.parametrize("value", [*MissingData])
def test_what_an_alarm_makes_of_no_data_is_spelled_as_cloudwatch_does(value: MissingData) -> None:
    policy = parse(f"{CAPTURED}monitor: {{missing_data: {value}}}".encode(), Approval.AUTOMATIC)
    assert policy.monitor is not None
    assert policy.monitor.missing_data == value


@pytest.mark.parametrize(
    ("monitor", "complaint"),
    [
        ("{every: 5h}", "monitor.every: '5h' cannot be used; give hours that divide a day: 1h,"),
        ("{every: 1}", "monitor.every: 1 cannot be used; give hours that divide a day: 1h,"),
        ("{every: 36h}", "monitor.every: '36h' cannot be used"),
        ("{on_violation: shout}", "monitor.on_violation: 'shout' cannot be used; input should be"),
        ("{runner: spark}", "monitor.runner: 'spark' cannot be used; input should be 'lambda' or"),
        ("{header: 'yes'}", "monitor.header: 'yes' cannot be used"),
        ("{outputs: 1}", "monitor.outputs: 1 cannot be used"),
        ("{outputs: []}", "monitor.outputs: [] cannot be used"),
        ("{missing_data: fine}", "monitor.missing_data: 'fine' cannot be used"),
        ("{threshold: {}}", "monitor.threshold: unknown key"),
        ("{thresholds: {p: 1}}", "monitor.thresholds.p: unknown key"),
        ("{thresholds: {comparison_threshold: 2}}", "monitor.thresholds.comparison_threshold: 2"),
        ("{thresholds: {comparison_method: L2}}", "monitor.thresholds.comparison_method: 'L2'"),
        ("{thresholds: {categorical_drift_method: x}}", "categorical_drift_method: 'x'"),
        ("{thresholds: {datatype_check_threshold: -1}}", "datatype_check_threshold: -1"),
        ("{false_alarms: 0}", "monitor.false_alarms: 0 cannot be used"),
        ("{judged_by: both}", "monitor.judged_by: 'both' cannot be used"),
        ("{thresholds: {minimum_rows: 0}}", "monitor.thresholds.minimum_rows: 0 cannot be used"),
        ("{thresholds: {ks: x}}", "monitor.thresholds.ks: 'x' cannot be used"),
        ("{thresholds: {psi: -0.1}}", "monitor.thresholds.psi: -0.1 cannot be used"),
        ("{thresholds: {outside: 1.5}}", "monitor.thresholds.outside: 1.5 cannot be used"),
        ("{thresholds: {psi: .nan}}", "monitor.thresholds.psi: nan cannot be used"),
        ("{thresholds: {psi: .inf}}", "monitor.thresholds.psi: inf cannot be used"),
    ],
)
def test_what_cannot_be_used_of_a_monitor_is_named_with_its_remedy(
    monitor: str, complaint: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(f"{CAPTURED}monitor: {monitor}".encode(), Approval.AUTOMATIC)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("capture", ["", "capture: {percentage: 0}\n"])
def test_a_monitor_that_would_see_nothing_is_refused(capture: str) -> None:
    with pytest.raises(InvalidInput, match=r"add `capture: \{percentage: 100\}`"):
        parse(f"{capture}monitor: {{}}".encode(), Approval.AUTOMATIC)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("approvall: manual", "approvall: unknown key; the keys are those `slipway schema` prints"),
        ("approval: maybe", "approval: 'maybe' cannot be used; input should be 'automatic' or"),
        ("target: {instance_type: m5.large}", "'m5.large' cannot be used; give an instance type"),
        ("target: {instance_count: 0}", "target.instance_count: 0 cannot be used"),
        ("target: {volume_size_in_gb: 513}", "target.volume_size_in_gb: 513 cannot be used"),
        ("target: {routing_strategy: NEAREST}", "target.routing_strategy: 'NEAREST' cannot"),
        ("target: {instance_count: '2'}", "target.instance_count: '2' cannot be used"),
        ("target: {type: lambda}", "target.type: 'lambda' cannot be used"),
        ("capture: {percentage: 10%}", "'10%' cannot be used; give a whole number from 0 to 100"),
        ("capture: {percentage: 101}", "capture.percentage: 101 cannot be used"),
        ("task: {cpu: 300}", "`cpu` is 300, and Fargate has 256, 512, 1024"),
        ("task: {memory_mb: 4096}", "`memory_mb` is 4096, which is not for `cpu: 256` on Fargate"),
        ("task: {memory_mb: 4096}", "give one of 512, 1024, 2048"),
        (f"task: {{command: [{'x' * 1000}, {'y' * 1001}]}}", "`command` is above 2000 characters"),
        ("task: {command: python}", "task.command: 'python' cannot be used"),
        ("task: {image: '-'}", "task.image: '-' cannot be used"),
        ("task: {environment: {SLIPWAY_MODEL_URI: x}}", "`environment` has SLIPWAY_ names"),
        ("{task: {}, models: many}", "`task` is for one model"),
        ("{task: {}, containers: [a, b]}", "`task` is for one model"),
        ("image: mine", "image: 'mine' cannot be used; give a whole image URI"),
        ("environment: {A: 1}", "environment.A: 1 cannot be used"),
        (f"environment: {{A: {'x' * 1025}}}", "should have at most 1024 characters"),
        ("environment: {a-b: c}", "environment.a-b"),
        (f"environment: {{{', '.join(f'A{n}: b' for n in range(101))}}}", "at most 100 items"),
        (f"image: host.example/{'x' * 255}", "give a whole image URI"),
        ("probes: [{}]", "probes.0.body"),
        ("probes: [{body: x, expect: {between: [9, 1]}}]", "`between` needs the lower bound first"),
        ("probes: [{body: x, expect: {columns: 1, path: $.a}}]", "give one"),
        ("probes: [{body: x, expect: {path: a.b}}]", "probes.0.expect.path: 'a.b'"),
        ("a: [", "not YAML"),
        ("- a", "it must be a mapping"),
        ("a: &x 1\nb: *x", "YAML aliases"),
        ("x: !!python/object/apply:os.system [id]", "not YAML"),
        ("\x00", "not YAML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text.encode(), Approval.AUTOMATIC)
    assert str(refused.value).startswith("slipway.yaml: ")
    assert complaint in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidInput, match=r"approval.*capture\.percentage"):
        parse(b"approval: x\ncapture: {percentage: -1}", Approval.AUTOMATIC)


def test_a_manifest_too_large_to_be_one_is_not_read() -> None:
    with pytest.raises(InvalidInput, match="the largest manifest is 65536"):
        parse(b"#" * 70_000, Approval.AUTOMATIC)


@given(st.binary(max_size=300) | st.text(alphabet="abc:[]{}&*!-\n '\"|>%@`", max_size=80))
def test_any_bytes_are_a_policy_or_a_clear_error(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    with suppress(InvalidInput):
        assert isinstance(parse(raw, Approval.AUTOMATIC), Policy)


def test_the_schema_describes_every_key() -> None:
    described = schema()
    assert json.loads(json.dumps(described)) == described
    assert all(key.get("description") for key in described["properties"].values())
    assert described["additionalProperties"] is False


def test_no_manifest_gives_the_approval_that_is_kept_for_people() -> None:
    assert parse(b"approval: automatic", Approval.MANUAL).approval == Approval.MANUAL
    assert parse(b"approval: manual", Approval.AUTOMATIC).approval == Approval.MANUAL


def test_variants_have_a_part_of_their_name_and_what_the_target_says() -> None:
    target = EndpointTarget(instance_count=2)
    assert parse(VARIANTS, Approval.AUTOMATIC).variants == (
        VariantPolicy("champion", 9, target, (ContainerPolicy("champion"),)),
        VariantPolicy(
            "challenger",
            1,
            EndpointTarget("ml.c5.large", instance_count=2),
            (ContainerPolicy("challenger"),),
        ),
        VariantPolicy("mixed", 0, target, (ContainerPolicy("scale"), ContainerPolicy("champion"))),
    )


def test_a_pipeline_is_one_variant_with_its_containers_in_order() -> None:
    given = parse(PIPELINE, Approval.AUTOMATIC)
    scale, predict = ContainerPolicy("scale", None, {"A": "b"}), ContainerPolicy("predict")
    assert given.variants == (VariantPolicy(containers=(scale, predict)),)
    assert given.parts == ("scale", "predict")
    assert parse(b"containers: [scale, predict]", Approval.AUTOMATIC).parts == given.parts


def test_variants_without_containers_of_their_own_share_the_pipeline() -> None:
    given = parse(
        b"{variants: {a: {}, b: {instance_type: ml.c5.large}}, containers: [x, y]}",
        Approval.AUTOMATIC,
    )
    assert given.parts == ("x", "y")
    assert len(given.uses) == 4


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("variants: {a: {weight: 0}, b: {weight: 0}}", "all have weight 0"),
        ("variants: {a: {weight: -1}}", "variants.a.weight: -1"),
        ("variants: {Champion: {}}", "variants.Champion"),
        (f"variants: {{{', '.join(f'v{n}: {{}}' for n in range(11))}}}", "at most 10"),
        (f"containers: [{', '.join(f'c{n}' for n in range(16))}]", "at most 15"),
        ("containers: [a, {b: 1}]", "containers"),
    ],
)
def test_variants_and_containers_that_sagemaker_would_not_take(manifest: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse(manifest.encode(), Approval.AUTOMATIC)


def test_a_serverless_target_is_isolated_by_nobody_and_captures_nothing() -> None:
    given = parse(b"target: {type: serverless, memory_size_in_mb: 4096}", Approval.AUTOMATIC)
    assert given.target == ServerlessTarget(memory_size_in_mb=4096)
    assert not given.network_isolation
    assert given.uses[0].instance_type == "ml.m5.large"


def test_an_asynchronous_target_has_instances_and_a_line() -> None:
    text = (
        b"target: {type: async, instance_count: 2, output: scores, max_concurrent_per_instance: 3}"
    )
    line = Asynchronous(output="scores", max_concurrent_per_instance=3)
    given = parse(text, Approval.AUTOMATIC)
    assert given.target == EndpointTarget(instance_count=2, asynchronous=line)


def test_a_shadow_comes_after_what_answers_and_a_variant_says_what_it_runs_on() -> None:
    given = parse(
        b"target: {volume_size_in_gb: 50}\n"
        b"variants: {b: {shadow: 20, volume_size_in_gb: 9}, a: {routing_strategy: RANDOM}}",
        Approval.AUTOMATIC,
    )
    assert [(each.name, each.shadow) for each in given.variants] == [("a", None), ("b", 20)]
    first, second = given.variants
    random = RoutingStrategy.RANDOM
    assert first.target == EndpointTarget(volume_size_in_gb=50, routing_strategy=random)
    assert second.target == EndpointTarget(volume_size_in_gb=9)


def test_a_variant_scales_by_itself_or_as_the_others_do() -> None:
    given = parse(
        b"autoscaling: {max: 8, invocations_per_instance: 700, scale_in_cooldown: 10m}\n"
        b"variants: {a: {autoscaling: {max: 2, concurrent_requests_per_model: 5}}, b: {}}",
        Approval.AUTOMATIC,
    )
    invocations = ScalingMetric.INVOCATIONS_PER_INSTANCE
    assert given.autoscaling == Autoscaling(1, 8, invocations, 700, 600, 300)
    concurrent = ScalingMetric.CONCURRENT_REQUESTS_PER_MODEL
    own = [variant.autoscaling for variant in given.variants]
    assert own == [Autoscaling(1, 2, concurrent, 5), None]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("target: {type: serverless, memory_size_in_mb: 2500}", "2500"),
        ("target: {type: serverless, max_concurrency: 201}", "201"),
        (
            "target: {type: serverless, max_concurrency: 1, provisioned_concurrency: 2}",
            "`provisioned_concurrency` is part of",
        ),
        ("target: {type: serverless, instance_type: ml.m5.large}", "instance_type"),
        (
            "target: {type: lambda}",
            "target.type: 'lambda' cannot be used; it is endpoint, serverless",
        ),
        ("{target: {type: serverless}, network_isolation: true}", "no `network_isolation` for"),
        ("{target: {type: serverless}, capture: {percentage: 1}}", "no `capture` for"),
        ("{target: {type: serverless}, variants: {a: {}}}", "no `variants` for"),
        ("{target: {type: serverless}, containers: [a, b]}", "no `containers` for"),
        ("{target: {type: serverless}, models: many}", "no `models` for"),
        ("{target: {type: async}, variants: {a: {}}}", "`variants` cannot be asked one by one"),
        ("{target: {type: async}, models: many}", "`models` cannot be asked one by one"),
        (
            "{target: {type: async}, probes: [{body: x, within: 2s}]}",
            "`probes.within` says nothing",
        ),
        ("target: {type: async, output: s3://elsewhere/x}", "target.output: 's3://elsewhere/x'"),
        ("target: {type: async, output: a, failure: a}", "are the same folder"),
        ("target: {type: async, error_topic: told}", "target.error_topic: 'told'"),
        ("target: {type: async, max_concurrent_per_instance: 0}", "max_concurrent_per_instance: 0"),
        ("{target: {type: async}, rollout: {steps: [5]}}", "not go together with `target`"),
        ("variants: {a: {}, b: {shadow: 101}}", "variants.b.shadow: 101"),
        ("variants: {a: {}, b: {}, c: {shadow: 5}}", "one of two variants"),
        ("variants: {a: {shadow: 5}}", "one of two variants"),
        ("variants: {a: {}, b: {shadow: 5, weight: 2}}", "does not go together with `weight`"),
        ("{containers: [x, y], variants: {a: {}, b: {shadow: 5}}}", "with `containers`"),
        ("{rollout: {steps: [5]}, variants: {a: {}, b: {shadow: 5}}}", "`rollout"),
        (
            "{capture: {percentage: 1}, monitor: {}, variants: {a: {}, b: {shadow: 5}}}",
            "with `monitor`",
        ),
        ("target: {inference_ami_version: newest}", "target.inference_ami_version: 'newest'"),
        ("autoscaling: {max: 2}", "one metric is followed"),
        ("autoscaling: {min: 3, max: 2, invocations_per_instance: 7}", "`min` is 3 and `max` is 2"),
        (
            "autoscaling: {min: 0, max: 2, invocations_per_instance: 7}",
            "`min` may be 0",
        ),
        ("autoscaling: {max: 2, backlog_per_instance: 7}", "of such a target follows"),
        (
            "{target: {type: serverless}, autoscaling: {max: 2, invocations_per_instance: 7}}",
            "follows `provisioned_concurrency_utilization`",
        ),
        ("{models: many, variants: {a: {}}}", "one container of one variant"),
        ("{models: many, capture: {percentage: 1}, monitor: {}}", "cannot tell the models"),
    ],
)
def test_what_goes_with_no_target_of_that_type_is_said(manifest: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse(manifest.encode(), Approval.AUTOMATIC)
