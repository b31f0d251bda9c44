"""Archives as people have them end as they should over the wire: served, or held with a way out."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from slipway.artifacts import inspect
from slipway_cli.packing import chunks, packed, plan, write
from slipway_cli.push import policy_of, with_wheels

SHARED = Path(__file__).parents[3] / "shared" / "data" / "people"
SCRIPT = b"""
import joblib, os
def model_fn(folder): return joblib.load(os.path.join(folder, "model.joblib"))
def predict_fn(data, model): return model.predict(data.reshape(-1, 2))
"""
NEEDY = b"import six\n" + SCRIPT
FEATURES = 30  # of the LightGBM model that is shared
LEFTOVERS = ("._model.joblib", ".DS_Store", "code/__pycache__/inference.cpython-312.pyc")


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("model.joblib", b"x")
    return made.getvalue()


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.joblib"))
    return made.getvalue()


NO_ARCHIVES: dict[str, tuple[bytes, str]] = {
    "git-lfs-pointer": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "s3-error-page": (b"<Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
    "zip-named": (_zip(), "unzip"),
    "plain-tar-named": (_tar(), "gzip -c"),
    "empty": (b"", "no bytes were uploaded"),
    "bare-model": (b"\x80\x04N.", "slipway push NAME FILE"),
}
SHARED_ROWS = {
    "nested-folder": "slipway push NAME FOLDER",
    "model-in-code": "slipway push NAME FOLDER",
    "keras-foreign-class": "Held",
    "safetensors-header": "Held",
    "git-lfs-pointer": "git lfs pull",
    "s3-error-page": "AccessDenied",
    "zip-named": "unzip",
    "plain-tar-named": "gzip -c",
}


@pytest.mark.parametrize("case", NO_ARCHIVES)
def test_what_is_no_archive_is_named(case: str, slipway: Any, tmp_path: Path) -> None:
    data, told = NO_ARCHIVES[case]
    file = tmp_path / "model.tar.gz"
    file.write_bytes(data)
    end = slipway.release_file("mistaken", file)
    assert end.verdict == "Held"
    assert told in end.reason


@pytest.mark.parametrize("row", SHARED_ROWS)
def test_what_people_have_and_cannot_be_served_is_told_how(row: str, slipway: Any) -> None:
    file = SHARED / f"{row}.tar.gz"
    if not file.exists():
        pytest.skip("no archives of people beside the repository")
    end = slipway.release_file("people", file)
    assert end.verdict == "Held"
    assert SHARED_ROWS[row] in f"{end.verdict}: {end.reason}"


@pytest.mark.parametrize("where", ["inference.py", "name/model/code/inference.py"])
def test_no_other_script_answers_in_place_of_one_that_is_not_found(
    where: str, slipway: Any, models: Any, tmp_path: Path
) -> None:
    folder = where.removesuffix("code/inference.py").removesuffix("inference.py")
    files = {f"{folder}model.joblib": models.line()["model.joblib"], where: SCRIPT}
    end = slipway.release("misplaced", files)
    assert (end.verdict, "slipway push NAME FOLDER" in end.reason) == ("Held", True)

    for name, data in files.items():
        (tmp_path / "m" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "m" / name).write_bytes(data)
    with packed(tmp_path / "m", None, lambda _: None) as archive:
        assert slipway.release_file("misplaced", archive).verdict == "Released"
    assert slipway.predict("misplaced") == pytest.approx(5)


def test_a_framework_without_an_image_is_served_by_its_script(slipway: Any) -> None:
    file = SHARED / "lightgbm-with-script.tar.gz"
    if not file.exists():
        pytest.skip("no archives of people beside the repository")
    policy = policy_of(slipway.stack, "lightgbm", None)
    with with_wheels(slipway.stack, file, inspect(chunks(file)), policy) as made:
        assert slipway.release_file("lightgbm", made).verdict == "Released"
    assert isinstance(slipway.predict("lightgbm", ",".join(["0"] * FEATURES)), float)


def test_mxnet_s_container_loads_a_module_by_itself(slipway: Any) -> None:
    file = SHARED / "mxnet-default-handlers.tar.gz"
    if not file.exists():
        pytest.skip("no archives of people beside the repository")
    assert slipway.release_file("module", file).verdict == "Released"
    assert slipway.predict("module", "1,2") == pytest.approx(5, abs=0.01)


def test_what_tools_leave_behind_is_passed_over(slipway: Any, models: Any) -> None:
    files = {**models.line(), "code/inference.py": SCRIPT, **dict.fromkeys(LEFTOVERS, b"text")}
    assert slipway.release("leftovers", files).verdict == "Released"
    assert slipway.predict("leftovers") == pytest.approx(5)


def test_two_models_without_a_script_are_asked_about(slipway: Any, models: Any) -> None:
    [model] = models.line().values()
    end = slipway.release("two", {"model.joblib": model, "scaler.joblib": model})
    assert end.verdict == "Held"
    assert "no script says which is meant" in end.reason


def test_an_isolated_container_brings_its_packages_or_is_held(
    slipway: Any, models: Any, tmp_path: Path
) -> None:
    files = {
        **models.line(),
        "code/inference.py": NEEDY,
        "code/requirements.txt": b"six==1.16.0\n",
    }
    for name, data in files.items():
        (tmp_path / "m" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "m" / name).write_bytes(data)
    archive = tmp_path / "model.tar.gz"
    write(plan(tmp_path / "m"), archive)
    end = slipway.release_file("needy", archive)
    assert end.verdict == "Held"
    assert "network_isolation: false" in end.reason

    inspection = inspect(chunks(archive))
    policy = policy_of(slipway.stack, "needy", None)
    with with_wheels(slipway.stack, archive, inspection, policy) as made:
        assert slipway.release_file("needy", made).verdict == "Released"
    assert slipway.predict("needy") == pytest.approx(5)
    sagemaker, config = slipway.client("sagemaker"), slipway.describe("needy")["EndpointConfigName"]
    found = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    model = sagemaker.describe_model(ModelName=found["ProductionVariants"][0]["ModelName"])
    assert model["EnableNetworkIsolation"]
