"""Traffic counts what it asked and what failed, and hides nothing behind a retry."""

from slipway_cli.demo.traffic import ONCE, Answer, Traffic


def traffic(*answers: Answer) -> Traffic:
    made = Traffic(None, "endpoint", b"1")  # type: ignore[arg-type] # nothing is asked
    made.answers.extend(answers)
    return made


def test_failures_are_counted() -> None:
    found = traffic(
        Answer(0, 0.01, "1"), Answer(1, 0.02, "", "ModelError: 500"), Answer(2, 0.03, "1")
    )
    assert [answer.failure for answer in found.failures] == ["ModelError: 500"]
    assert "3 requests" in found.summary()
    assert "1 failed" in found.summary()


def test_a_request_is_made_once() -> None:
    assert ONCE.retries["total_max_attempts"] == 1  # type: ignore[attr-defined] # set at run time
