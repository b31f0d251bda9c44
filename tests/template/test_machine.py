"""The state machine as a graph: whole, retried where it helps, and short."""

import json
import runpy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped] # it has no types
from slipway.domain import errors
from slipway.domain.desired import Runner
from slipway.domain.steps import Step, Verdict
from slipway.domain.watch import Schedule

Document = Mapping[str, Any]
STEPS = {step.__name__ for step in get_args(Step)}
NEW_ACCOUNT = 10  # functions at once, until AWS raises it
FIRST_RELEASE = (
    "InspectArtifact",
    "RegisterModel",
    "DeployEndpoint",
    "AwaitChange",
    "AwaitChange",
    "ProbeEndpoint",
    "JudgeRollout",
    "BuildBaseline",
    "WatchEndpoint",
    "ScaleEndpoint",
    "Announce",
)


@pytest.fixture(scope="session")
def tasks(machine: Document) -> dict[str, Document]:
    return {name: state for name, state in machine["States"].items() if state["Type"] == "Task"}


def exits(state: Document) -> Iterator[str]:
    yield from (state[name] for name in ("Next", "Default") if name in state)
    for choice in (*state.get("Choices", []), *state.get("Catch", [])):
        yield choice["Next"]


def test_the_graph_is_what_the_table_of_its_steps_makes(repository: Path) -> None:
    """`make graph` writes it."""
    script = runpy.run_path(str(repository / "statemachines/build_release.py"))
    made = script["shown"](script["graph"]())
    assert (repository / "statemachines/release.asl.json").read_text("utf-8") == f"{made}\n"


def test_every_state_is_reached_and_every_exit_exists(machine: Document) -> None:
    states, reached, todo = machine["States"], set[str](), [machine["StartAt"]]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(exits(states[name]))
    assert reached == set(states)


def test_the_console_tells_what_each_state_is_for(machine: Document) -> None:
    assert [name for name, state in machine["States"].items() if not state.get("Comment")] == []


def test_every_step_of_the_domain_is_a_choice_and_a_state(
    machine: Document, tasks: dict[str, Document]
) -> None:
    choices = machine["States"]["Choose"]["Choices"]
    assert {choice["StringEquals"]: choice["Next"] for choice in choices} == {s: s for s in STEPS}
    assert set(tasks) == STEPS | {"Decide"}


def test_each_verdict_has_an_end_of_its_name(machine: Document) -> None:
    verdict = machine["States"]["Verdict"]
    ends = {verdict["Default"], *(choice["StringEquals"] for choice in verdict["Choices"])}
    assert ends == set(Verdict)
    assert {machine["States"][end]["Type"] for end in ends} == {"Succeed"}


def test_what_may_pass_by_itself_is_retried_in_every_task(tasks: dict[str, Document]) -> None:
    retryable = {error.__name__ for error in errors.Retryable.__subclasses__()}
    for name, task in tasks.items():
        retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        assert retryable | {"Lambda.TooManyRequestsException", "Sandbox.Timedout"} <= retried, name


def test_retries_back_off_with_jitter_for_about_a_minute(tasks: dict[str, Document]) -> None:
    for name, task in tasks.items():
        for retry in task["Retry"]:
            assert (retry["BackoffRate"], retry["JitterStrategy"]) == (2, "FULL"), name
        first = task["Retry"][0]
        waits = [
            min(first["IntervalSeconds"] * 2**n, first["MaxDelaySeconds"])
            for n in range(first["MaxAttempts"])
        ]
        assert 60 <= sum(waits) / 2 <= 120, "full jitter halves them on average"


def test_a_release_that_lost_its_lease_yields_wherever_it_is(tasks: dict[str, Document]) -> None:
    for name, task in tasks.items():
        yields = {e for c in task["Catch"] if c["Next"] == "Yielded" for e in c["ErrorEquals"]}
        assert yields == ({"Owned", "LeaseLost"} if name == "Decide" else {"LeaseLost"})


def test_what_nobody_foresaw_fails_with_its_own_name(
    machine: Document, tasks: dict[str, Document]
) -> None:
    for name, task in tasks.items():
        last = task["Catch"][-1]
        assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "Failed"), name
        assert last["ResultPath"] == "$.error", name
    failed = machine["States"]["Failed"]
    assert (failed["ErrorPath"], failed["CausePath"]) == ("$.error.Error", "$.error.Cause")


def test_only_errors_that_the_domain_raises_are_named(tasks: dict[str, Document]) -> None:
    named = {
        error
        for task in tasks.values()
        for rule in (*task["Retry"], *task["Catch"])
        for error in rule["ErrorEquals"]
        if "." not in error
    }
    assert all(issubclass(getattr(errors, error), errors.SlipwayError) for error in named)
    assert {"LookAgain", "Owned", "LeaseLost"} <= named


def test_the_wait_ends_by_itself_and_is_followed_by_a_look(tasks: dict[str, Document]) -> None:
    wait = tasks["AwaitChange"]
    assert wait["Resource"].endswith("lambda:invoke.waitForTaskToken")
    assert wait["TimeoutSecondsPath"] == "$.timeout"
    assert {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Decide"} in wait[
        "Catch"
    ]


def test_a_first_release_that_is_watched_takes_at_most_forty_transitions(machine: Document) -> None:
    states, todo = machine["States"], list(FIRST_RELEASE)
    at, transitions = machine["StartAt"], 1
    while states[at]["Type"] != "Succeed":
        at = todo.pop(0) if at == "Choose" else states[at].get("Next") or states[at]["Default"]
        transitions += 1
    assert todo == []
    assert transitions <= 40


def test_every_placeholder_is_substituted_and_every_substitution_used(
    repository: Path, resources: Callable[[str], dict[str, Document]]
) -> None:
    for machine in resources("AWS::Serverless::StateMachine").values():
        text = (repository / machine["DefinitionUri"]).read_text()
        placeholders = {part.split("}")[0] for part in text.split("${")[1:]}
        assert placeholders == set(machine["DefinitionSubstitutions"])


def test_a_large_window_is_looked_at_again_once_its_shards_are_profiled(checks: Document) -> None:
    states = checks["States"]
    assert states["ProfileCaptures"]["Next"] == checks["StartAt"] == "CheckDrift"
    assert states["ProfileCaptures"]["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert states["ProfileCaptures"]["ResultPath"] is None
    # What a state hands on may be 256 KiB: where the profiles are, CheckDrift knows by itself.
    shard = states["ProfileCaptures"]["ItemProcessor"]["States"]["ProfileCapture"]
    assert shard["OutputPath"] is None
    assert states["Choose"]["Choices"] == [
        {"Variable": "$.checked.shards", "StringEquals": "", "Next": "Checked"}
    ]


def test_shards_leave_functions_to_releases_in_a_new_account(checks: Document) -> None:
    assert checks["States"]["ProfileCaptures"]["MaxConcurrency"] <= NEW_ACCOUNT // 2


def test_a_shard_is_told_what_its_check_was_told(checks: Document) -> None:
    selected = set(checks["States"]["ProfileCaptures"]["ItemSelector"])
    schedule = Schedule(Runner.LAMBDA, "s", "d", "e", "b/", 1)
    assert selected == {f"{name}.$" for name in (*schedule.document(), "keys")}


def test_the_checks_are_retried_as_the_steps_of_a_release_are(
    machine: Document, checks: Document
) -> None:
    shard = checks["States"]["ProfileCaptures"]["ItemProcessor"]["States"]["ProfileCapture"]
    for state in (checks["States"]["CheckDrift"], shard):
        assert state["Retry"] == machine["States"]["Decide"]["Retry"]


@pytest.mark.parametrize("name", ["release", "check"])
def test_the_definition_is_valid_amazon_states_language(name: str, repository: Path) -> None:
    text = (repository / f"statemachines/{name}.asl.json").read_text()
    definition = text.replace("${Partition}", "aws").replace("${Bucket}", "bucket")
    properties = {
        "RoleArn": "arn:aws:iam::123456789012:role/release",
        "DefinitionString": definition.replace(
            "${", "arn:aws:lambda:eu-west-1:123456789012:function:"
        ).replace("Arn}", ""),
    }
    machine_alone = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = json.dumps({"Resources": {"Release": machine_alone}})
    assert lint(template, regions=["eu-west-1"]) == []
