"""Fleets: whom they choose, and when they stop."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from slipway_local.sagemaker.fleets import Fleet, Program, launch, retaining
from slipway_local.sagemaker.rehearsal import Clock
from slipway_local.sagemaker.scripted import Script, ScriptedLauncher
from slipway_local.sagemaker.serving import Container, Health

PROGRAM = Program("m", [Container("image", None, {})])

Start = Callable[..., Fleet]


@pytest.fixture
def launcher() -> ScriptedLauncher:
    return ScriptedLauncher(Clock(), {"image": Script(after=10)})


@pytest.fixture
def start(launcher: ScriptedLauncher, variant: Callable[..., Any]) -> Start:
    """A fleet with a variant of each weight."""

    def make(*weights: float) -> Fleet:
        variants = [variant(f"v{n}", InitialVariantWeight=w) for n, w in enumerate(weights)]
        config = {"ProductionVariants": variants}
        return launch("config", config, [PROGRAM] * len(weights), launcher, launcher.clock())

    return make


def test_a_retired_fleet_stops_after_its_last_request(
    start: Start, launcher: ScriptedLauncher
) -> None:
    fleet = start(1)
    fleet.enter()
    fleet.enter()
    fleet.retire()
    fleet.leave()
    assert not launcher.launched[0].stopped
    fleet.leave()
    assert launcher.launched[0].stopped


def test_a_fleet_that_is_not_retired_does_not_stop(
    start: Start, launcher: ScriptedLauncher
) -> None:
    fleet = start(1)
    fleet.enter()
    fleet.leave()
    assert not launcher.launched[0].stopped


def test_weights_of_nothing_give_equal_chances(start: Start) -> None:
    fleet, random = start(0, 0), Random(0)  # noqa: S311  no secret
    assert {fleet.choose(random).name for _ in range(50)} == {"v0", "v1"}


def test_a_fleet_is_as_healthy_as_its_worst_variant(
    start: Start, launcher: ScriptedLauncher
) -> None:
    fleet = start(1, 1)
    assert fleet.health() is Health.STARTING
    assert isinstance(launcher.clock, Clock)
    launcher.clock.now += 10
    assert fleet.health() is Health.READY
    launcher.launched[1].die()
    assert fleet.health() is Health.FAILED


def test_only_variants_of_the_same_name_keep_their_properties(start: Start) -> None:
    old, new = start(0.25), start(1, 1)
    old.variants[0].desired_instances = 7
    kept = retaining(old, new.config)["ProductionVariants"]
    sizes = [(each["InitialVariantWeight"], each["InitialInstanceCount"]) for each in kept]
    assert sizes == [(0.25, 7), (1, 1)]
