import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from slipway.domain.errors import Owned
from slipway.domain.world import Drift
from slipway.telemetry import count, counted, logger, observed, telling


@dataclass(frozen=True, slots=True)
class Context:
    function_name: str = "slipway-decide"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:slipway-decide"
    aws_request_id: str = "r-1"


@pytest.fixture(autouse=True)
def _new_logger(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """A logger holds on to the standard output it was made under, and each test has its own."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.name)
    logger.cache_clear()
    yield
    logger.cache_clear()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_call_is_one_line_under_its_deployment_and_execution(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @observed
    def handler(_event: Mapping[str, object], _context: object) -> str:
        return "3 of 3 probes passed"

    event = {"deployment": "housing", "execution": "e-1", "token": "secret"}
    assert handler(event, Context()) == "3 of 3 probes passed"
    (line,) = lines(capsys)
    assert line["message"] == "3 of 3 probes passed"
    assert (line["deployment"], line["execution"]) == ("housing", "e-1")
    assert (line["function_name"], line["function_request_id"]) == ("slipway-decide", "r-1")
    assert "secret" not in json.dumps(line)


def test_one_call_does_not_colour_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    @observed
    def handler(_event: Mapping[str, object], _context: object) -> str:
        return "done"

    handler({"deployment": "housing"}, Context())
    handler({}, Context())
    first, second = lines(capsys)
    assert "deployment" in first
    assert "deployment" not in second


def test_what_is_raised_on_purpose_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Owned), telling(deployment="housing"):
        raise Owned("housing: r-1 is at work on it")
    (line,) = lines(capsys)
    assert (line["level"], line["message"]) == ("WARNING", "Owned: housing: r-1 is at work on it")
    assert "exception" not in line


def test_what_nobody_foresaw_is_told_with_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ZeroDivisionError), telling(deployment="housing"):
        _ = 1 // 0
    (line,) = lines(capsys)
    assert line["level"] == "ERROR"
    assert line["deployment"] == "housing"
    assert "ZeroDivisionError" in str(line["exception"])


def test_a_percent_sign_in_what_came_of_it_is_no_placeholder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with telling() as tell:
        tell("100 %s")
    assert lines(capsys)[0]["message"] == "100 %s"


def test_a_count_is_a_metric_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    count("Released", "housing")
    (line,) = lines(capsys)
    document = json.loads(json.dumps(line["_aws"]))
    (directive,) = document["CloudWatchMetrics"]
    assert directive["Namespace"] == "Slipway"
    assert directive["Metrics"] == [{"Name": "Released", "Unit": "Count"}]
    assert "deployment" in directive["Dimensions"][0]
    assert (line["Released"], line["deployment"]) == ([1.0], "housing")


def window(state: str, violations: int = 0) -> Drift:
    return Drift(1, "2026/11/22/10", state, violations)


@pytest.mark.parametrize(
    ("drift", "word", "violations"),
    [
        (window("violations", 3), "violations", [3.0]),
        # Nought is told as well: it ends the alarm.
        (window("no drift"), "no drift", [0.0]),
        (window("too little data"), "too little data", None),
        (window("no data"), "no data", None),
        (None, "nothing new", None),
    ],
)
def test_only_a_window_that_could_be_judged_is_counted(
    drift: Drift | None, word: str, violations: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counted("housing", drift) == word
    assert [line["Violations"] for line in lines(capsys)] == ([violations] if violations else [])
