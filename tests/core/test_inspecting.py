import pickle
from collections.abc import Callable, Iterable, Mapping

import pytest
from slipway.domain.desired import Artifact, Uploads
from slipway.domain.known import Known
from slipway.domain.world import Inspected
from slipway.inspecting import inspect_upload

Archive = Callable[[Mapping[str, bytes]], bytes]
ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)


class Upload:
    """A bucket with one artifact in it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, artifact: Artifact) -> Iterable[bytes]:
        assert artifact == ARTIFACT
        return [self.content]

    def deployments(self) -> list[str]:
        return ["h"]

    def newest(self, deployment: str) -> Uploads:
        raise AssertionError(deployment)

    def manifest(self, deployment: str, version: str) -> bytes:
        raise AssertionError(deployment, version)

    def pin(self, artifact: Artifact, key: str) -> None:
        raise AssertionError(artifact, key)

    def put(self, key: str, content: bytes) -> None:
        raise AssertionError(key, content)


def inspected(content: bytes, instance_type: str = "ml.m5.large") -> Inspected:
    return inspect_upload(Upload(content), ARTIFACT, "eu-west-1", instance_type)


class Run:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("echo pwned",)


def test_what_is_no_archive_is_refused_with_the_reason() -> None:
    found = inspected(b"not a tar.gz")
    assert found.refused
    assert found.image is None


def test_a_pickle_that_would_run_something_is_refused_by_name(archive: Archive) -> None:
    found = inspected(archive({"model.pkl": pickle.dumps(Run())}))
    assert found.refused is not None
    assert "system" in found.refused
    assert "model.pkl" in found.refused


def test_what_nothing_serves_says_what_would_help(archive: Archive) -> None:
    found = inspected(archive({"readme.txt": b"hello"}))
    assert found.refused is None
    assert found.image is None
    assert found.no_image is not None
    assert "set `image` in slipway.yaml" in found.no_image


@pytest.mark.parametrize("instance_type", ["ml.m5.large", "ml.c5.xlarge"])
def test_the_answer_is_for_the_artifact_and_the_instance(
    instance_type: str, archive: Archive
) -> None:
    found = inspected(archive({"readme.txt": b"hello"}), instance_type)
    assert (found.artifact, found.instance_type) == (ARTIFACT, instance_type)


def test_a_model_without_a_script_gets_slipway_s_and_is_told_the_price(
    archive: Archive, regression: bytes
) -> None:
    found = inspected(archive({"model.pkl": regression}))
    assert found.summary == "sklearn 1.4.2 LinearRegression, 12 features"
    assert found.image is not None
    assert "sagemaker-scikit-learn:1.4-2" in found.image
    assert (found.script, found.features) == ("sklearn", 12)
    assert found.script_key.startswith("scripts/sha256/")
    assert any("without network isolation" in finding for finding in found.findings)


def test_a_model_with_a_script_of_its_own_is_left_to_it(
    archive: Archive, regression: bytes
) -> None:
    script = b"def model_fn(model_dir):\n    return None\n"
    found = inspected(archive({"code/inference.py": script, "model.pkl": regression}))
    assert (found.script, found.script_key, found.features) == (None, "", None)
    assert found.environment["SAGEMAKER_SUBMIT_DIRECTORY"] == "/opt/ml/model/code"
    assert not any("isolation" in finding for finding in found.findings)


def test_an_instance_no_image_runs_on_is_said_with_what_would_help(
    archive: Archive, regression: bytes
) -> None:
    found = inspected(archive({"model.pkl": regression}), "ml.inf1.xlarge")
    assert found.image is None
    assert found.no_image is not None
    assert "ml.inf1.xlarge" in found.no_image


def test_what_the_file_tells_of_requests_and_answers_is_known(archive: Archive) -> None:
    lines = (
        b"tree\nversion=v4\nnum_class=3\nmax_feature_idx=2\nobjective=multiclass num_class:3\n"
        b"feature_names=rooms age tax\n"
    )
    known = inspected(archive({"model.txt": lines})).known
    assert known == Known(3, ("rooms", "age", "tax"), 3, answers="multiclass num_class:3")


def test_names_that_nobody_gave_are_none(archive: Archive) -> None:
    head = b"tree\nversion=v4\nmax_feature_idx=1\nfeature_names=Column_0 Column_1\n"
    assert inspected(archive({"model.txt": head})).known == Known(2)
