"""What the analyzer is told."""

from pathlib import Path

import pytest
from slipway_local.images.slipway_container.monitor.analysis_settings import read_analysis_settings

ROOT = Path("/root-of-the-container")
LEAST = {
    "dataset_format": '{"csv": {"header": true, "output_columns_position": "START"}}',
    "dataset_source": "/opt/ml/processing/input/data",
    "output_path": "/opt/ml/processing/output",
}


def test_the_least_is_a_baseline() -> None:
    settings = read_analysis_settings(ROOT, LEAST)
    assert settings.source == ROOT / "opt/ml/processing/input/data"
    assert settings.output == ROOT / "opt/ml/processing/output"
    assert (settings.kind, settings.options["header"]) == ("csv", True)
    assert settings.constraints is settings.statistics is settings.metrics is None
    assert settings.time.endswith("Z")


def test_a_monitoring_run_is_told_its_baseline_window_and_names() -> None:
    settings = read_analysis_settings(
        ROOT,
        {
            **LEAST,
            "baseline_constraints": "/opt/ml/processing/c/constraints.json",
            "categorical_drift_method": "ChiSquared",
            "end_time": "2023-11-14T23:00:00Z",
            "post_analytics_processor_script": "",
            "publish_cloudwatch_metrics": "Enabled",
            "sagemaker_endpoint_name": "Live",
            "start_time": "2023-11-14T22:00:00Z",
        },
    )
    assert settings.constraints == ROOT / "opt/ml/processing/c/constraints.json"
    assert settings.postprocessor is None
    assert settings.metrics == ROOT / "opt/ml/output/metrics/cloudwatch"
    assert settings.dimensions == {"Endpoint": "Live"}
    assert settings.window == "2023-11-14T22:00:00Z to 2023-11-14T23:00:00Z"
    assert settings.time == "2023-11-14T23:00:00Z"


@pytest.mark.parametrize("name", LEAST)
def test_what_is_missing_is_named_as_the_container_names_it(name: str) -> None:
    given = {key: value for key, value in LEAST.items() if key != name}
    with pytest.raises(KeyError, match=f"^'{name}'$"):
        read_analysis_settings(ROOT, given)


@pytest.mark.parametrize(
    "value", ["csv", "[]", "{}", '{"avro": {}}', '{"csv": {}, "json": {}}', ""]
)
def test_a_format_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"dataset_format is .* it must be one of"):
        read_analysis_settings(ROOT, {**LEAST, "dataset_format": value})


def test_paths_stay_in_the_container() -> None:
    with pytest.raises(ValueError, match="leaves the container"):
        read_analysis_settings(ROOT, {**LEAST, "output_path": "/opt/../../etc"})
