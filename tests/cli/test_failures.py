"""What goes wrong is said in one line, with what helps and an exit code."""

from collections.abc import Callable

import pytest
import typer
from botocore.exceptions import ClientError, NoCredentialsError
from slipway.domain.errors import InvalidInput, Throttled
from slipway_cli.failures import Exit, Problem, explained, told
from typer.testing import Result


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InvalidInput("deployment: no"), Exit.USAGE, "deployment: no"),
        (FileNotFoundError(2, "No such file", "model.tar.gz"), Exit.USAGE, "model.tar.gz: no such"),
        (NoCredentialsError(), Exit.CLOUD, "Unable to locate credentials"),
        (refusal("AccessDenied"), Exit.CLOUD, "DescribeStacks: AccessDenied: no"),
        (refusal("ExpiredToken"), Exit.CLOUD, "ExpiredToken"),
        (Throttled("slower"), Exit.CLOUD, "slower"),
    ],
)
def test_errors_of_every_source_become_problems(error: Exception, code: Exit, words: str) -> None:
    problem = explained(error)
    assert problem.code == code
    assert words in problem.message


def test_missing_credentials_come_with_both_remedies() -> None:
    remedy = explained(NoCredentialsError()).remedy
    assert "aws configure" in remedy
    assert "slipway up" in remedy


def test_a_problem_is_told_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise Problem("it [broke]", "mend it", Exit.REFUSED)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "slipway: it [broke]\n  mend it\n"


def test_an_interrupt_leaves_with_130() -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130


def test_faults_of_slipway_itself_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError


@pytest.mark.parametrize("command", [("status",), ("history", "a"), ("sync", "a")])
def test_a_cloud_that_does_not_answer_is_named(
    run: Callable[..., Result], command: tuple[str, ...]
) -> None:
    found = run(*command)
    assert found.exit_code == Exit.CLOUD
    assert "http://127.0.0.1:9" in found.stderr
    assert "AWS_ENDPOINT_URL" in found.stderr
