"""What holds of every decision, whatever is wanted, seen and tried. The single rules are told in
tests/scenarios."""

from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.attempts import Attempt, Attempts, Good
from slipway.domain.decide import RULES, decide
from slipway.domain.desired import Approval, Artifact, Desired, Policy
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import plan
from slipway.domain.probed import Probed, Probes
from slipway.domain.steps import Announce, Change, DeployEndpoint, Step, Verdict
from slipway.domain.world import (
    Endpoint,
    EndpointStatus,
    Inspected,
    Package,
    PackageApproval,
    World,
)

SITE = Site("slipway", "bucket", "eu-west-1", "arn:role")
ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)
INSPECTED = Inspected(ARTIFACT, sha256="ab", image="image")
PLAN = plan(Desired("h", 2, {"": ARTIFACT}, Policy()), [INSPECTED], SITE)
WANTED, BEFORE = PLAN.config, "slipway-h-before"
FAILURES = ["", "Request to service failed.", "The primary container did not pass the ping check."]

configs = st.sampled_from([WANTED, BEFORE, "slipway-h-strange"])
times = st.sampled_from([1.0, 2.0, 3.0])
endpoints = st.builds(
    Endpoint,
    name=st.just(PLAN.endpoint),
    status=st.sampled_from(EndpointStatus),
    config=configs,
    modified_at=times,
    failure=st.sampled_from(FAILURES),
    pending=st.booleans(),
)
worlds = st.builds(
    World,
    inspected=st.just((INSPECTED,)),
    packages=st.tuples(
        st.builds(
            Package,
            key=st.sampled_from([*PLAN.package_keys, "another"]),
            arn=st.just("arn"),
            approval=st.sampled_from(PackageApproval),
        )
    ),
    endpoint=st.none() | endpoints,
    probes=st.builds(
        Probes,
        st.lists(
            st.builds(
                Probed,
                generation=st.sampled_from([1, 2]),
                config=configs,
                passed=st.booleans(),
                reason=st.just("because"),
                count=st.sampled_from([0, 1]),
            ),
            max_size=3,
            unique_by=lambda probed: probed.config,
        ).map(tuple),
    ),
    unsettled=st.booleans(),
    missing=st.sampled_from(["", "endpoint config", "model"]),
)
tries = st.builds(
    Attempt,
    generation=st.sampled_from([1, 2]),
    config=configs,
    number=st.integers(1, 4),
    found_at=st.none() | times,
    accepted=st.booleans(),
    served=st.booleans(),
    refused=st.none() | st.sampled_from(FAILURES),
)
goods = st.builds(
    Good, config=configs, packages=st.just(("arn",)), plan=st.just(PLAN), proven=st.booleans()
)
attempts = st.builds(
    Attempts,
    made=st.lists(tries, max_size=3, unique_by=lambda a: (a.generation, a.config)).map(tuple),
    good=st.lists(goods, max_size=2, unique_by=lambda good: good.config).map(tuple),
)
wishes = st.builds(
    Desired,
    deployment=st.just("h"),
    generation=st.just(2),
    parts=st.just({"": ARTIFACT}),
    policy=st.builds(Policy, approval=st.sampled_from(Approval)),
)
cases = st.tuples(wishes, worlds, attempts)
Given = tuple[Desired, World, Attempts]


def decided(case: Given) -> Step:
    return decide(*case, PLAN)


@given(cases)
def test_there_is_always_a_step_and_always_the_same(case: Given) -> None:
    assert decided(case) == decided(case)


@given(cases)
def test_an_endpoint_in_motion_is_left_alone(case: Given) -> None:
    live = case[1].endpoint
    if live and live.in_motion:
        assert not isinstance(decided(case), DeployEndpoint)


@given(cases)
def test_only_a_failed_endpoint_is_deleted_and_a_failed_one_gets_nothing_else(case: Given) -> None:
    step, live = decided(case), case[1].endpoint
    if isinstance(step, DeployEndpoint) and live:
        assert (step.change == Change.DELETE) == (live.status == EndpointStatus.FAILED)
    if isinstance(step, DeployEndpoint) and step.change == Change.CREATE:
        assert live is None


@given(cases)
def test_nothing_is_changed_while_an_earlier_call_may_land(case: Given) -> None:
    if case[1].unsettled:
        assert not isinstance(decided(case), DeployEndpoint)


@given(cases)
def test_only_an_approved_version_is_put_on_the_endpoint(case: Given) -> None:
    step, packages = decided(case), case[1].packages
    if not isinstance(step, DeployEndpoint) or step.change == Change.RESTORE:
        return
    if step.config == WANTED and WANTED not in {good.config for good in case[2].good}:
        found = [(package.key, package.approval) for package in packages]
        assert found == [(*PLAN.package_keys, PackageApproval.APPROVED)]


@given(cases)
def test_a_version_that_was_taken_and_rolled_back_for_good_is_not_tried_again(case: Given) -> None:
    step, live, tried = decided(case), case[1].endpoint, case[2].at(2, WANTED)
    if not (isinstance(step, DeployEndpoint) and step.config == WANTED and live and tried):
        return
    if step.change == Change.UPDATE:
        blameless = "service failed" in (tried.refused or "")
        assert tried.served or blameless or tried.never_arrived(live.modified_at)


@given(cases)
def test_released_means_that_the_wanted_config_is_in_service_and_proven(case: Given) -> None:
    step, world = decided(case), case[1]
    if isinstance(step, Announce) and step.verdict == Verdict.RELEASED:
        assert world.endpoint is not None
        assert world.endpoint.config == WANTED
        assert world.endpoint.status == EndpointStatus.IN_SERVICE
        probed = world.probes.of(WANTED, 2)
        assert probed is not None
        assert probed.passed
        assert probed.proven or "--request FILE" in step.reason


@given(cases)
def test_what_was_seen_to_fail_serves_on_only_where_nothing_better_is_to_be_had(
    case: Given,
) -> None:
    step, (_, world, tried) = decided(case), case
    if not isinstance(step, Announce) or step.config is None or world.missing:
        return
    probed = world.probes.of(step.config)
    if probed and not probed.passed:
        better = [g.config for g in tried.good if g.config not in (WANTED, step.config)]
        failing = [c for c in better if (p := world.probes.of(c)) and not p.passed]
        given_up = [c for c in better if (t := tried.at(2, c)) and not t.served]
        assert set(better) <= {*failing, *given_up}
        assert "it failed its probes" in step.reason


def test_every_rule_is_a_named_condition_with_a_name_of_its_own() -> None:
    names = [rule.__name__ for rule in RULES]
    assert len(set(names)) == len(names)
    assert names[-1] == "nothing_is_owed"
