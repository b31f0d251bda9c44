"""Each check of Model Monitor, its threshold and its exact words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints import (
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    Overrides,
)
from slipway_drift.checks.suggest import suggest
from slipway_drift.errors import DriftError
from slipway_drift.jackson import write
from slipway_drift.statistics.statistics_document import read_statistics, statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway_drift.checks.check import Check
    from slipway_drift.statistics.profile import Profile


def csv_of(*columns: Sequence[object]) -> str:
    names = ",".join(f"c{i}" for i in range(len(columns)))
    return (
        "\n".join([names, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]) + "\n"
    )


@pytest.fixture
def against(of_csv: Callable[..., Profile]) -> Callable[..., Check]:
    """Check one table against another as its baseline."""

    def checked(
        baseline: str,
        current: str,
        config: MonitoringConfig | None = None,
        overrides: Overrides | None = None,
    ) -> Check:
        held = of_csv(baseline)
        known = read_statistics(json.loads(write(statistics(held))))
        asked = suggest(held, config)
        if overrides:
            features = tuple(replace(feature, overrides=overrides) for feature in asked.features)
            asked = Constraints(features, asked.config)
        return check(of_csv(current, domains=asked.domains), asked, known)

    return checked


def found(checked: Check) -> list[tuple[str | None, str, str]]:
    return [(v.feature, v.check, v.description) for v in checked.violations]


def test_the_same_data_violates_nothing(against: Callable[..., Check]) -> None:
    table = csv_of([1, 2, 3], [0.5, 1.5, 2.5], ["a", "b", ""])
    assert found(against(table, table)) == []


def test_a_type_must_match_literal_by_literal(against: Callable[..., Check]) -> None:
    whole = [*range(1970), *[f"{i}.5" for i in range(7)]]
    assert found(against(csv_of(list(range(1977))), csv_of(whole)))[0] == (
        "c0",
        "data_type_check",
        (
            "Data type match requirement is not met. Expected data type: Integral, "
            "Expected match: 100.0%. Observed: Only 99.64592817400101% of data is Integral."
        ),
    )


def test_integers_are_no_fractions_and_numbers_no_texts(against: Callable[..., Check]) -> None:
    baseline, current = csv_of([0.5] * 3, ["a", "b", "c"]), csv_of([1] * 3, [7] * 3)
    kinds = [check for _, check, _ in found(against(baseline, current))]
    assert kinds[:1] == ["data_type_check"]
    assert found(against(baseline, current))[1][2].endswith("Only 0.0% of data is String.")


def test_completeness_falls_and_nulls_are_no_type_mismatch(against: Callable[..., Check]) -> None:
    numbers: list[object] = [*range(100), ""]
    assert found(against(csv_of(list(range(101)), [1] * 101), csv_of(numbers, [1] * 101))) == [
        (
            "c0",
            "completeness_check",
            (
                "Data completeness requirement is not met. Expected: 100.0%. "
                "Observed: Only 99.00990099009901%."
            ),
        )
    ]


def test_drift_says_its_distance(against: Callable[..., Check]) -> None:
    before, now = [i / 7 for i in range(500)], [i / 7 + 20.05 for i in range(500)]
    ((name, kind, text),) = found(against(csv_of(before), csv_of(now)))
    assert (name, kind) == ("c0", "baseline_drift_check")
    distance, threshold = text.removeprefix("Baseline drift distance: ").split(
        " exceeds threshold: "
    )
    # The gap is 141 of 500 values; 1.8 sqrt(2 / 500) of it may be chance.
    assert float(distance) == pytest.approx(141 / 500 - 1.8 * (2 / 500) ** 0.5)
    assert threshold == "0.1"


def test_simple_comparison_takes_nothing_off(against: Callable[..., Check]) -> None:
    config = MonitoringConfig(comparison_method="Simple")
    checked = against(csv_of(list(range(10))), csv_of([*range(8), 20, 21]), config)
    assert checked.features[0].distance == pytest.approx(0.2)


def test_the_compatible_distance_is_blind_to_a_binary_columns_balance(
    against: Callable[..., Check],
) -> None:
    before, now = [0] * 900 + [1] * 100, [0] * 100 + [1] * 900
    assert found(against(csv_of(before), csv_of(now))) == []


def test_missing_and_extra_columns_are_counted(against: Callable[..., Check]) -> None:
    two, three = csv_of([1], [2]), csv_of([1], [2], [3])
    assert found(against(two, three)) == [
        (
            "Extra columns",
            "extra_column_check",
            (
                "There are extra columns in current dataset. Number of columns in current "
                "dataset: 3, Number of columns in baseline constraints: 2"
            ),
        )
    ]
    assert found(against(three, two))[0][:2] == ("Missing columns", "missing_column_check")


def test_a_new_value_violates_the_domain(against: Callable[..., Check]) -> None:
    before, now = ["a", "b"] * 50, ["a", "b"] * 49 + ["c", ""]
    tables = csv_of(before, [1] * 100), csv_of(now, [1] * 100)
    kinds = {(name, kind) for name, kind, _ in found(against(*tables))}
    assert kinds == {("c0", "categorical_values_check"), ("c0", "completeness_check")}
    relaxed = MonitoringConfig(domain_content_threshold=0.9)
    assert [kind for _, kind, _ in found(against(*tables, relaxed))] == ["completeness_check"]


def test_the_share_inside_a_domain_is_exact_among_very_many_values(
    against: Callable[..., Check],
) -> None:
    now = ["a"] * 3_000 + [f"v{i}" for i in range(1_000 + 500)]
    texts = [t for _, kind, t in found(against(csv_of(["a"] * 9), csv_of(now))) if "cat" in kind]
    assert texts == [
        (
            "Categorical values requirement is not met. Expected match: 100.0%. "
            "Observed: Only 66.66666666666666% of values are in the domain of the baseline."
        )
    ]


def test_a_profile_that_did_not_count_the_domain_is_refused(
    of_csv: Callable[..., Profile],
) -> None:
    asked = Constraints((FeatureConstraints("c0", "String", 1.0, domains=("a",)),))
    many = of_csv(csv_of([f"v{i}" for i in range(2_000)]))
    with pytest.raises(DriftError, match=r"c0: .* domains=constraints\.domains"):
        check(many, asked, ())


def test_categories_drift_by_the_largest_change_of_a_share(against: Callable[..., Check]) -> None:
    before, now = ["a"] * 900 + ["b"] * 100, ["a"] * 100 + ["b"] * 900
    (feature,) = against(csv_of(before), csv_of(now)).features
    assert feature.distance == pytest.approx(0.8 - 1.8 * (2000 / 1e6) ** 0.5)
    assert [v.check for v in feature.violations] == ["baseline_drift_check"]


def test_chi_squared_drifts_by_its_p_value(against: Callable[..., Check]) -> None:
    config = MonitoringConfig(categorical_drift_method="ChiSquared")
    before, same, now = (["a"] * a + ["b"] * (100 - a) for a in (50, 52, 80))
    assert found(against(csv_of(before), csv_of(same), config)) == []
    ((_, kind, text),) = found(against(csv_of(before), csv_of(now), config))
    assert kind == "baseline_drift_check"
    assert text.endswith("exceeds threshold: 0.9")


WORSE = (csv_of([1, 2] * 300, ["a"] * 600), csv_of(["x", 2] * 300, ["b"] * 600))


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ({}, {"data_type_check", "categorical_values_check", "baseline_drift_check"}),
        ({"evaluate_constraints": False}, {"baseline_drift_check"}),
        ({"perform_comparison": False}, {"data_type_check", "categorical_values_check"}),
        ({"evaluate_constraints": False, "perform_comparison": False}, set()),
        ({"datatype_check_threshold": 0.4}, {"categorical_values_check", "baseline_drift_check"}),
        ({"domain_content_threshold": 0.0}, {"data_type_check", "baseline_drift_check"}),
        (
            {"categorical_comparison_threshold": 1.0},
            {"data_type_check", "categorical_values_check"},
        ),
    ],
)
def test_each_setting_does_what_it_says(
    against: Callable[..., Check], settings: dict[str, Any], kinds: set[str]
) -> None:
    checked = against(*WORSE, MonitoringConfig(**settings))
    assert {kind for _, kind, _ in found(checked)} == kinds


def test_an_override_silences_its_feature_or_wakes_it(against: Callable[..., Check]) -> None:
    off, on = Overrides(evaluate_constraints=False), Overrides(evaluate_constraints=True)
    assert found(against(*WORSE, overrides=off)) == []
    config = MonitoringConfig(evaluate_constraints=False)
    assert len(found(against(*WORSE, config, overrides=on))) == 3


def test_a_window_without_rows_violates_nothing(against: Callable[..., Check]) -> None:
    checked = against(csv_of([1, 2]), "c0\n")
    assert (checked.item_count, checked.features, checked.violations) == (0, (), ())


def test_a_column_of_nulls_is_incomplete_and_a_null_is_a_category(
    against: Callable[..., Check],
) -> None:
    checked = against(csv_of([1, 2] * 50, ["a", "b"] * 50), csv_of([""] * 100, [""] * 100))
    assert [(name, kind) for name, kind, _ in found(checked)] == [
        ("c0", "completeness_check"),
        ("c1", "completeness_check"),
        ("c1", "baseline_drift_check"),
    ]
