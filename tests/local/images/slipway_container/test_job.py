"""A program that does one job and ends, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from slipway_local.images.slipway_container import job

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import slipway_container
slipway_container.__path__.append(sys.argv[2])
from slipway_container.job import main
del sys.path[0]
main(["program", sys.argv[3], sys.argv[4], str(2**32), "64", "64", str(2**20)])
"""


def run(tmp_path: Path, program: str) -> tuple[int, str]:
    """Exit code and message of a program whose source is given."""
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs/program.py").write_text(program)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/__init__.py").write_text("NAME = 'ours'")
    (tmp_path / "beside.py").touch()
    root = tmp_path / "root"
    (root / "opt/ml/output").mkdir(parents=True)
    lifeline, held = os.pipe()
    package = str(Path(job.__file__).parents[1])
    arguments = [package, str(tmp_path / "programs"), str(root), str(lifeline)]
    done = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-I", "-c", PROGRAM, *arguments],
        env={"SLIPWAY_PACKAGE": str(tmp_path / "ours"), "GIVEN": "yes"},
        pass_fds=(lifeline,),
        stdout=subprocess.DEVNULL,  # a pipe would be held open by the warden
        stderr=subprocess.DEVNULL,
        check=False,
    )
    os.close(lifeline)
    os.close(held)
    return done.returncode, (root / "opt/ml/output/message").read_text()


def test_a_program_is_given_its_folder_variables_and_package(tmp_path: Path) -> None:
    code, message = run(
        tmp_path,
        "import ours\ndef run(root, variables): return ours.NAME, root.name, variables['GIVEN']",
    )
    assert (code, message) == (0, "('ours', 'root', 'yes')")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("def run(root, variables): return variables['missing']", "'missing'"),
        ("def run(root, variables): raise SystemExit", "SystemExit"),
        ("import beside", "No module named 'beside'"),
        ("def run(root, variables): open(root / 'big', 'wb').write(b'0' * 2**21)", "[Errno 27]"),
    ],
)
def test_a_program_that_raises_fails_with_its_words(
    tmp_path: Path, program: str, message: str
) -> None:
    code, said = run(tmp_path, program)
    assert (code, said.startswith(message)) == (255, True)
