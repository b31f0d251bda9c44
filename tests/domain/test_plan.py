from dataclasses import replace

import pytest
from slipway.domain import naming
from slipway.domain.desired import (
    Artifact,
    Desired,
    EndpointTarget,
    MissingData,
    Monitor,
    OnViolation,
    Policy,
    Runner,
)
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import Plan, Variant, plan
from slipway.domain.plan.model import Container
from slipway.domain.watch import UNWATCHED, Alarm
from slipway.domain.world import Inspected, Package

SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")
ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)
DATA = Artifact("bucket", "models/h/baseline.csv", "v1", 1.0, 10)
INSPECTED = Inspected(ARTIFACT, sha256="ab" * 32, image="acc.dkr.ecr/sklearn:1")


def planned(policy: Policy | None = None, inspected: Inspected = INSPECTED) -> Plan:
    policy = policy or Policy()
    read = replace(inspected, instance_type=policy.target.instance_type)
    return plan(Desired("h", 1, {"": inspected.artifact}, policy), [read], SITE)


def only(found: Plan) -> Variant:
    (variant,) = found.variants
    return variant


def container(found: Plan) -> Container:
    (made,) = only(found).model.containers
    return made


def named(found: Plan) -> dict[str, str]:
    model = only(found).model
    return {
        "package_key": model.package_key,
        "model": model.name,
        "config": found.config,
        "endpoint": found.endpoint,
        "group": found.group,
    }


def test_the_same_wish_has_the_same_names_whatever_the_generation() -> None:
    again = plan(Desired("h", 9, {"": ARTIFACT}, Policy()), [INSPECTED], SITE)
    assert again == planned()


@pytest.mark.parametrize(
    ("policy", "changes"),
    [
        (Policy(target=EndpointTarget(instance_count=2)), {"config"}),
        (Policy(target=EndpointTarget(instance_type="ml.c5.large")), {"config"}),
        (Policy(target=EndpointTarget(volume_size_in_gb=100)), {"config"}),
        (Policy(capture_percentage=10), {"config"}),
        (Policy(network_isolation=False), {"model", "config"}),
        (Policy(image="acc.dkr.ecr/mine:2"), {"package_key", "model", "config"}),
        (Policy(environment={"A": "1"}), {"package_key", "model", "config"}),
    ],
)
def test_a_change_renames_exactly_what_it_changes(policy: Policy, changes: set[str]) -> None:
    before, after = named(planned()), named(planned(policy))
    assert {name for name in before if before[name] != after[name]} == changes


def test_what_the_manifest_leaves_open_keeps_the_name_that_a_config_had_before() -> None:
    model = only(planned()).model.name.rpartition("-")[2]
    before = {"model": model, "instance_type": "ml.m5.large", "instance_count": 1, "capture": 0}
    assert planned().config == f"{SITE.prefix}-h-{naming.digest(before)}"


@pytest.mark.parametrize(
    ("gigabytes", "seconds"), [(0.1, None), (10, None), (10.5, 630), (30, 1800), (100, 3600)]
)
def test_a_large_model_is_given_the_time_that_it_needs(
    gigabytes: float, seconds: int | None
) -> None:
    artifact = replace(ARTIFACT, size=int(gigabytes * 1e9))
    target = only(planned(inspected=replace(INSPECTED, artifact=artifact))).target
    assert target.model_data_download_timeout_in_seconds == seconds
    assert target.container_startup_health_check_timeout_in_seconds == seconds


def test_a_time_that_the_manifest_gives_is_kept_whatever_the_size() -> None:
    artifact = replace(ARTIFACT, size=30_000_000_000)
    policy = Policy(target=EndpointTarget(model_data_download_timeout_in_seconds=60))
    target = only(planned(policy, replace(INSPECTED, artifact=artifact))).target
    assert target.model_data_download_timeout_in_seconds == 60
    assert target.container_startup_health_check_timeout_in_seconds == 1800


def test_a_version_registered_anew_makes_a_model_of_its_own() -> None:
    (key,) = planned().package_keys
    first, second = (
        plan(Desired("h", 1, {"": ARTIFACT}, Policy()), [INSPECTED], SITE, [Package(key, arn)])
        for arn in ("group/1", "group/2")
    )
    assert first.package_keys == second.package_keys
    assert only(first).model.name != only(second).model.name
    assert first.config != second.config


def test_the_bytes_are_referred_to_by_their_digest() -> None:
    assert container(planned()).model_data_url.endswith(f"/sha256/{'ab' * 32}/model.tar.gz")


def test_a_default_script_is_fetched_by_the_container_so_it_gets_a_network() -> None:
    with_script = planned(inspected=replace(INSPECTED, script="sklearn", script_key="scripts/x"))
    directory = container(with_script).environment["SAGEMAKER_SUBMIT_DIRECTORY"]
    assert directory == "s3://bucket/scripts/x"
    assert not only(with_script).model.network_isolation
    assert only(planned()).model.network_isolation


def test_the_manifest_s_environment_has_the_last_word() -> None:
    inspected = replace(INSPECTED, environment={"A": "image", "B": "image"})
    environment = container(planned(Policy(environment={"A": "mine"}), inspected)).environment
    assert environment == {"A": "mine", "B": "image"}


def watched(monitor: Monitor | None = None, data: Artifact | None = DATA, sha: str = "ab") -> Plan:
    policy = Policy(monitor=monitor or Monitor(), capture_percentage=100)
    desired = Desired("h", 1, {"": ARTIFACT}, policy, baseline=data)
    return plan(desired, [replace(INSPECTED, sha256=sha * 32)], SITE)


def test_without_a_monitor_or_without_data_nothing_watches() -> None:
    assert (planned().watch, planned().baseline) == (UNWATCHED, None)
    assert (watched(data=None).watch, watched(data=None).baseline) == (UNWATCHED, None)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (watched(), True),
        (watched(Monitor(every=6, limits={"ks": 0.2}, on_violation=OnViolation.HOLD)), True),
        (watched(data=replace(DATA, version_id="v2")), False),
        (watched(sha="cd"), False),
        (watched(Monitor(header=False)), False),
        (watched(Monitor(thresholds={"comparison_threshold": 0.2})), False),
    ],
)
def test_other_data_another_model_or_other_thresholds_make_a_baseline(
    other: Plan, *, same: bool
) -> None:
    assert (other.baseline == watched().baseline) == same


def test_what_watches_is_a_schedule_and_an_alarm_of_the_endpoints_name() -> None:
    found = watched(Monitor(every=6, limits={"psi": 0.3, "ks": 0.2}))
    schedule = found.schedule
    assert schedule is not None
    assert (schedule.name, schedule.endpoint) == ("slipway-h", found.endpoint)
    assert schedule.baseline == found.baseline
    assert schedule.limits == (("ks", 0.2), ("psi", 0.3))
    (alarm,) = found.watch - {schedule}
    assert isinstance(alarm, Alarm)
    assert (alarm.name, alarm.period, alarm.threshold) == ("slipway-h-drift", 6 * 3600, 1.0)
    assert alarm.missing_data == MissingData.MISSING


@pytest.mark.parametrize("asked", [{}, {"by_feature": 1.0}])
def test_model_monitor_s_container_is_given_no_limits_of_ours(asked: dict[str, float]) -> None:
    schedule = watched(Monitor(runner=Runner.SAGEMAKER, limits={"ks": 0.2, **asked})).schedule
    assert schedule is not None
    assert dict(schedule.limits) == asked


def test_every_name_fits_sagemaker_s_limit() -> None:
    long = plan(Desired("d" * 32, 1, {"": ARTIFACT}, Policy()), [INSPECTED], SITE)
    assert max(map(len, named(long).values())) <= 63
