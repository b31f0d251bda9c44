import pytest
from hypothesis import given
from hypothesis import strategies as st
from slipway.domain.desired import Expectation
from slipway.domain.expect import at, unmet

PAGE = "a page that gives no reason; `slipway logs` shows what was raised"


@pytest.mark.parametrize(
    ("expect", "status", "body", "problem"),
    [
        (Expectation(), 200, "anything", None),
        (Expectation(), 500, "boom", "status 500, expected 200: boom"),
        (
            Expectation(),
            500,
            "<!doctype html>\n<title>500",
            f"status 500, expected 200: {PAGE}",
        ),
        (Expectation(status=400), 400, "bad row", None),
        (Expectation(columns=1), 200, "30.17\n", None),
        (Expectation(columns=1), 200, "1,2", "2 columns, expected 1: 1,2"),
        (Expectation(columns=2), 200, '"a,b",2', None),
        (Expectation(columns=1), 200, "", "0 columns, expected 1: "),
        (Expectation(columns=1, between=(0, 60)), 200, "30.17", None),
        (Expectation(between=(0, 60)), 200, "30,-35.7", "-35.7 is not between 0 and 60"),
        (Expectation(path="$.predictions[0].score"), 200, '{"predictions":[{"score":1}]}', None),
        (
            Expectation(path="$.predictions[0].score", between=(0, 1)),
            200,
            '{"predictions":[{"score":1.5}]}',
            "1.5 is not between 0 and 1",
        ),
    ],
)
def test_a_reply_meets_its_expectation_or_says_what_is_wrong(
    expect: Expectation, status: int, body: str, problem: str | None
) -> None:
    assert unmet(expect, status, body) == problem


@pytest.mark.parametrize(
    ("expect", "body"),
    [
        (Expectation(path="$.a"), "not json"),
        (Expectation(path="$.a"), "[]"),
        (Expectation(path="$.a[3]"), '{"a": [1]}'),
        (Expectation(path="$.a", between=(0, 1)), '{"a": null}'),
        (Expectation(between=(0, 1)), "high"),
        (Expectation(between=(0, 1)), "nan"),
    ],
)
def test_an_unreadable_reply_is_a_failure_and_no_crash(expect: Expectation, body: str) -> None:
    assert unmet(expect, 200, body)


@given(
    st.text(),
    st.builds(
        Expectation,
        columns=st.none() | st.integers(1, 3),
        path=st.none() | st.sampled_from(["$", "$.a", "$[0].b"]),
        between=st.none() | st.just((0.0, 1.0)),
    ),
)
def test_no_reply_crashes_the_check(body: str, expect: Expectation) -> None:
    found = unmet(expect, 200, body)
    assert found is None or isinstance(found, str)


def test_a_path_leads_through_names_and_indexes() -> None:
    assert at("$.a[1].b", {"a": [0, {"b": 7}]}) == 7
    assert at("$", 3) == 3
