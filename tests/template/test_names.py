"""One noun everywhere: a state, its function, its folder, its test and its logs."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from slipway import settings
from slipway.domain.errors import InvalidInput

Document = Mapping[str, Any]
EVENT_DRIVEN = {"ReceiveEvent", "Resume", "IngestViolations", "Sweep"}
CHECKS = {"CheckDrift", "ProfileCapture"}


def snake(noun: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", noun).lower()


@pytest.fixture(scope="session")
def nouns(functions: dict[str, Document]) -> set[str]:
    return {name.removesuffix("Function") for name in functions}


def states(machine: Document) -> Iterator[tuple[str, Document]]:
    """Every state by its name, those inside a Map too."""
    for name, state in machine["States"].items():
        yield name, state
        yield from states(state.get("ItemProcessor", {"States": {}}))


def tasks(machine: Document) -> dict[str, Document]:
    return {name: state for name, state in states(machine) if state["Type"] == "Task"}


def test_every_task_has_its_function_and_every_other_function_an_event(
    machine: Document, checks: Document, nouns: set[str]
) -> None:
    assert set(tasks(checks)) == CHECKS
    assert nouns == set(tasks(machine)) | CHECKS | EVENT_DRIVEN


def test_every_task_invokes_the_function_of_its_name(machine: Document, checks: Document) -> None:
    for name, state in (*tasks(machine).items(), *tasks(checks).items()):
        assert state["Parameters"]["FunctionName"] == f"${{{name}FunctionArn}}"


def test_every_substitution_is_what_it_says(
    resources: Callable[[str], dict[str, Document]],
) -> None:
    for machine in resources("AWS::Serverless::StateMachine").values():
        given = machine["DefinitionSubstitutions"]
        arns = {name: value for name, value in given.items() if name.endswith("Arn")}
        assert arns == {name: {"GetAtt": f"{name.removesuffix('Arn')}.Arn"} for name in arns}
        rest = {name: value["Ref"] for name, value in given.items() if name not in arns}
        assert rest == {name: "AWS::Partition" if name == "Partition" else name for name in rest}


def test_a_state_machine_may_invoke_its_steps_and_nothing_else(
    resources: Callable[[str], dict[str, Document]], nouns: set[str]
) -> None:
    machines = resources("AWS::Serverless::StateMachine")
    for name, steps in (
        ("ReleaseStateMachine", nouns - EVENT_DRIVEN - CHECKS),
        ("CheckStateMachine", CHECKS),
    ):
        invoke = machines[name]["Policies"][0]["Statement"][0]
        assert invoke["Action"] == "lambda:InvokeFunction"
        granted = {resource["GetAtt"] for resource in invoke["Resource"]}
        assert granted == {f"{step}Function.Arn" for step in steps}


def test_every_function_is_one_file_in_a_folder_of_its_name(
    repository: Path, functions: dict[str, Document], nouns: set[str]
) -> None:
    for noun in nouns:
        properties = functions[f"{noun}Function"]
        assert properties["CodeUri"] == f"functions/{snake(noun)}"
        assert properties["FunctionName"] == {"Sub": f"${{Prefix}}-{snake(noun).replace('_', '-')}"}
    folders = {path.parent.name for path in repository.glob("functions/*/*.py")}
    assert folders == {snake(noun) for noun in nouns}
    assert {path.name for path in repository.glob("functions/*/*.py")} == {"app.py"}


def test_every_function_has_a_test_of_its_name(repository: Path, nouns: set[str]) -> None:
    tests = {path.stem for path in repository.glob("tests/functions/test_*.py")}
    assert tests == {f"test_{snake(noun)}" for noun in nouns}


def test_every_function_writes_to_logs_of_its_name_that_end(
    resources: Callable[[str], dict[str, Document]], functions: dict[str, Document]
) -> None:
    logs = resources("AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] == {"Ref": "LogRetention"} for group in logs.values())
    for name, properties in functions.items():
        own = f"{name.removesuffix('Function')}Logs"
        assert properties["LoggingConfig"] == {"LogGroup": {"Ref": own}}
        name = properties["FunctionName"]["Sub"]
        assert logs[own]["LogGroupName"] == {"Sub": f"/aws/lambda/{name}"}


def test_the_functions_read_exactly_what_the_template_sets(template: Document) -> None:
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    ours = {name: "automatic" for name in given if name.startswith("SLIPWAY_")}
    assert settings.read({**ours, "AWS_REGION": "eu-west-1"}).site.region == "eu-west-1"
    for name in ours:
        fewer = {other: value for other, value in ours.items() if other != name}
        with pytest.raises(InvalidInput, match=name):
            settings.read({**fewer, "AWS_REGION": "eu-west-1"})
