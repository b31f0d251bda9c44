"""Vendored wheels are those that the image lacks, and the container's own pip finds them."""

import sys
import tarfile
from pathlib import Path

import pytest
from slipway.artifacts import inspect
from slipway.artifacts.members.requirements import VENDORED
from slipway_cli.failures import Problem
from slipway_cli.packing import chunks, plan, write
from slipway_cli.vendoring import Ground, ground_of, vendored

SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:"
SMALL = Ground(("3.12",), "x86_64", ("numpy==2.1.0",))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A script that wants something, with a model."""
    code = tmp_path / "m" / "code"
    code.mkdir(parents=True)
    (tmp_path / "m" / "model.txt").write_text("tree\nversion=v4\n")
    (code / "inference.py").write_text("def model_fn(model_dir): ...\n")
    (code / "requirements.txt").write_text("six==1.16.0\n")
    write(plan(tmp_path / "m"), tmp_path / "model.tar.gz")
    return tmp_path / "model.tar.gz"


def test_the_wheels_are_in_the_archive_and_nothing_is_left_to_fetch(archive: Path) -> None:
    said: list[str] = []
    assert inspect(chunks(archive)).fetched == ("six==1.16.0",)
    with vendored(archive, SMALL, said.append) as made:
        inspection = inspect(chunks(made))
        with tarfile.open(made) as opened:
            read = opened.extractfile("code/requirements.txt")
            assert read is not None
            lines = read.read().decode().splitlines()
    assert inspection.fetched == ()
    assert not inspection.refused
    assert "code/wheels/six-1.16.0-py2.py3-none-any.whl" in [m.name for m in inspection.members]
    assert lines == [*VENDORED, "six==1.16.0"]
    assert said[0].startswith("vendored six==1.16.0 for Python 3.12 on x86_64")


def test_what_the_image_holds_is_not_packed(archive: Path) -> None:
    said: list[str] = []
    with vendored(archive, Ground(("3.12",), "x86_64", ("six==1.17.0",)), said.append) as made:
        wheels = [m.name for m in inspect(chunks(made)).members if m.name.endswith(".whl")]
    assert wheels == ["code/wheels/six-1.16.0-py2.py3-none-any.whl"]  # pinned otherwise


def test_the_same_requirements_give_the_same_bytes(archive: Path) -> None:
    made = []
    for _ in range(2):
        with vendored(archive, SMALL, lambda _: None) as path:
            made.append(path.read_bytes())
    assert made[0] == made[1]


def test_what_no_index_has_is_said_with_the_way_out(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "m/code/requirements.txt").write_text("six==0.0.0.1\n")
    write(plan(tmp_path / "m"), archive)
    with (
        pytest.raises(Problem, match="cannot be vendored") as problem,
        vendored(archive, SMALL, print),
    ):
        pass
    assert "network_isolation: false" in problem.value.remedy


@pytest.mark.parametrize(
    ("tag", "instance_type", "pythons", "machine"),
    [
        ("1.4-2-py312-cpu-py3", "ml.m5.large", ("3.12",), "x86_64"),
        ("1.2-1-cpu-py3", "ml.c7g.large", ("3.9",), "aarch64"),
        ("9.9-cpu-py3", "ml.m5.large", ("3.10", "3.11", "3.12", "3.13"), "x86_64"),
    ],
    ids=["told by its tag", "known", "unknown"],
)
def test_the_python_and_the_processor_are_those_of_the_image(
    tag: str, instance_type: str, pythons: tuple[str, ...], machine: str
) -> None:
    ground = ground_of(SCIKIT_LEARN + tag, instance_type, here=False)
    assert (ground.pythons, ground.machine) == (pythons, machine)


def test_on_the_embedded_cloud_this_machine_s_python_is_served_too() -> None:
    here = ".".join(map(str, sys.version_info[:2]))
    known = ground_of(f"{SCIKIT_LEARN}1.2-1-cpu-py3", "ml.m5.large", here=True).pythons
    unknown = ground_of(f"{SCIKIT_LEARN}9.9-cpu-py3", "ml.m5.large", here=True).pythons
    assert (known, unknown) == (("3.9", here), (here,))
