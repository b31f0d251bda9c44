"""What concerns no single feature is named and told apart."""

from __future__ import annotations

from slipway_drift.report.verdict import concerning, first_cause, headline, lead

EMPTY = {"state": "violations", "features": [], "slipway_violations": []}


def test_columns_rows_and_metrics_are_no_features() -> None:
    subject = {
        **EMPTY,
        "features": [{"name": "a", "violations": []}],
        "violations": [
            {"feature_name": "a", "constraint_check_type": "c", "description": "d"},
            {"constraint_check_type": "missing_column_check", "description": "1.23456789 d"},
            {"metric_name": "auc", "constraint_check_type": "c", "description": "d"},
            {"metric_name": "CI", "facet": "Sex", "constraint_check_type": "c", "description": "d"},
        ],
    }
    assert concerning(subject) == [
        ("Missing columns", "1.235 d"), ("auc", "d"), ("CI of Sex", "d"),
    ]  # fmt: skip


def test_the_headline_says_what_kind_of_thing_has_changed() -> None:
    shape = {"constraint_check_type": "extra_column_check"}
    quality = {"metric_name": "auc", "constraint_check_type": "c"}
    bias = {"metric_name": "CI", "facet": "Sex", "constraint_check_type": "c"}
    for found, said in ((shape, "data's shape"), (quality, "quality"), (bias, "bias")):
        assert said in headline({**EMPTY, "violations": [found]})


def test_shifted_columns_are_the_data_s_shape_whatever_each_of_them_violates() -> None:
    subject = {
        **EMPTY,
        "features": [{"name": "a", "violations": []}],
        "violations": [{"feature_name": "a", "constraint_check_type": "data_type_check"}],
        "slipway_violations": [
            {"feature_name": "Columns", "constraint_check_type": "column_order_check"}
        ],
    }
    assert "data's shape" in headline(subject)


def test_a_cause_is_told_with_what_it_explains() -> None:
    cause = {"cause": "Another unit", "columns": ["a", "b", "c", "d"], "since": "", "explains": 7}
    subject = {**EMPTY, "diagnosis": {"findings": 9, "causes": [cause]}}
    assert first_cause(subject) == (
        "One cause explains 7 of 9 findings: another unit (a, b, c and 1 more)."
    )
    since = {**subject, "diagnosis": {"findings": 1, "causes": [{**cause, "since": "noon"}]}}
    assert first_cause(since).endswith(
        "7 of 1 finding: another unit (a, b, c and 1 more, since noon)."
    )
    # Documents of before know of no causes.
    assert first_cause(EMPTY) == ""


def test_a_window_of_nothing_but_rejections_says_so() -> None:
    nothing = {**EMPTY, "state": "no data", "violations": [], "rejections": {}}
    assert "Is the endpoint called" in lead(nothing, [])
    blind = {**nothing, "state": "blind", "rejections": {"not JSON": 2}}
    assert headline(blind) == "Blind: too many records could not be read"
    assert lead({**blind, "rows": 0}, []) == (
        "Nothing that came in could be read: 2 records were rejected."
    )
