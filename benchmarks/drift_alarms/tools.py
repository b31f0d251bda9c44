"""Each tool as one question: does this window alarm? All with their defaults."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Alarm = Callable[[pd.DataFrame], bool]


for quiet in ("WHYLOGS_NO_ANALYTICS", "NML_DISABLE_USAGE_LOGGING", "DO_NOT_TRACK"):
    os.environ[quiet] = "True"  # before any of them is imported


class Unavailable(Exception):
    """A tool that is not installed here."""


def slipway(baseline: pd.DataFrame) -> Alarm:
    judge = _checked(baseline)
    return lambda window: judge(window)[0]


def model_monitor(baseline: pd.DataFrame) -> Alarm:
    judge = _checked(baseline)
    return lambda window: judge(window)[1]


def _checked(baseline: pd.DataFrame) -> Callable[[pd.DataFrame], tuple[bool, bool]]:
    from slipway_drift import engine

    files = engine.baseline(_csv(baseline), "baseline.csv")

    def judge(window: pd.DataFrame) -> tuple[bool, bool]:
        shard = engine.profile([("window.csv", _csv(window))], files)
        held = engine.check([shard.profile], files, title="t", window="w")
        return held.state == "violations", "constraint_violations.json" in held.files

    return judge


def _csv(held: pd.DataFrame) -> io.BytesIO:
    return io.BytesIO(held.to_csv(index=False).encode())


def evidently_columns(baseline: pd.DataFrame) -> Alarm:
    """Evidently's drift preset: any column that it says has drifted."""
    try:
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset
    except ImportError as missing:
        raise Unavailable(missing) from missing
    definition = DataDefinition()
    known = Dataset.from_pandas(baseline, data_definition=definition)

    def alarm(window: pd.DataFrame) -> bool:
        seen = Dataset.from_pandas(window, data_definition=definition)
        held = Report([DataDriftPreset()]).run(seen, known).dict()["metrics"]
        return any(
            metric["value"]["count"] > 0
            for metric in held
            if "DriftedColumns" in metric["metric_name"]
        )

    return alarm


def nannyml(baseline: pd.DataFrame) -> Alarm:
    """NannyML's univariate drift: any alert of any column and method in the window as one chunk."""
    try:
        import nannyml as nml
    except ImportError as missing:
        raise Unavailable(missing) from missing

    def alarm(window: pd.DataFrame) -> bool:
        calculator = nml.UnivariateDriftCalculator(
            column_names=list(baseline.columns),
            continuous_methods=["kolmogorov_smirnov"],
            categorical_methods=["l_infinity"],
            chunk_size=len(window),
        )
        calculator.fit(baseline)
        held: Any = calculator.calculate(window).filter(period="analysis").to_df()
        alerts = [column for column in held.columns if column[-1] == "alert"]
        return bool(held[alerts].to_numpy().any())

    return alarm


def whylogs(baseline: pd.DataFrame) -> Alarm:
    """whylogs' drift scores: any column that its default algorithm and thresholds call drifted."""
    try:
        import whylogs as why
        from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores
    except ImportError as missing:
        raise Unavailable(missing) from missing
    known = why.log(baseline).view()

    def alarm(window: pd.DataFrame) -> bool:
        scores = calculate_drift_scores(why.log(window).view(), known, with_thresholds=True)
        return any(score and score["drift_category"] == "DRIFT" for score in scores.values())

    return alarm


TOOLS: Final = {
    "Slipway": slipway,
    "Model Monitor's checks": model_monitor,
    "Evidently, any column": evidently_columns,
    "NannyML, KS and L-infinity": nannyml,
    "whylogs, drift scores": whylogs,
}
