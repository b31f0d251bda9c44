"""A folder or a bare model becomes the archive that its container reads, the same each time."""

import gzip
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from slipway_cli.failures import Exit, Problem
from slipway_cli.packing import is_archive, packed, plan, write
from typer.testing import Result

Run = Callable[..., Result]
SCRIPT = "def model_fn(model_dir): ...\n"


def fill(folder: Path, *names: str, **contents: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SCRIPT if name.endswith(".py") else contents.get(name, "x"))
    return folder


LAYOUTS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "as it should be": (
        ("model.joblib", "code/inference.py", "code/requirements.txt"),
        {"model.joblib", "code/inference.py", "code/requirements.txt"},
    ),
    "everything in one folder": (
        ("name/model/model.pkl", "name/model/code/inference.py"),
        {"model.pkl", "code/inference.py"},
    ),
    "a script at the root": (
        ("model.pkl", "inference.py", "lib.py", "own/__init__.py", "own/a.py", "requirements.txt"),
        {
            *("model.pkl", "code/inference.py", "code/lib.py", "code/own/__init__.py"),
            *("code/own/a.py", "code/requirements.txt"),
        },
    ),
    "a model in code": (
        ("code/model.joblib", "code/inference.py", "code/lib.py"),
        {"model.joblib", "code/inference.py", "code/lib.py"},
    ),
    "a SavedModel": (
        ("saved_model.pb", "variables/variables.index", "code/inference.py"),
        {"1/saved_model.pb", "1/variables/variables.index", "code/inference.py"},
    ),
    "a SavedModel with its number": (
        ("1/saved_model.pb", "1/variables/variables.index"),
        {"1/saved_model.pb", "1/variables/variables.index"},
    ),
    "a SavedModel as older SDKs write it": (
        ("export/Servo/1/saved_model.pb", "export/Servo/code/inference.py"),
        {"1/saved_model.pb", "code/inference.py"},
    ),
    "leftovers and secrets": (
        (
            *("model.pkl", "._model.pkl", ".DS_Store", ".env", ".git/config", "Thumbs.db"),
            *(".venv/pyvenv.cfg", "code/__pycache__/a.pyc", ".ipynb_checkpoints/model.pkl"),
            *("__MACOSX/model.pkl", "code/inference.py", "code/.ipynb_checkpoints/a.py"),
        ),
        {"model.pkl", "code/inference.py"},
    ),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_a_folder_is_packed_as_its_container_reads_it(case: str, tmp_path: Path) -> None:
    names, wanted = LAYOUTS[case]
    assert set(plan(fill(tmp_path / "m", *names)).files) == wanted


def test_what_was_left_out_and_moved_is_told(tmp_path: Path) -> None:
    notes = plan(fill(tmp_path, "m/model.pkl", "m/inference.py", "m/.env")).notes
    assert notes == (
        "left out m/.env",
        "packed what is in m/, which is all there is",
        "moved inference.py to code/inference.py, where the container looks for it",
    )


def test_a_model_by_itself_with_a_folder_of_code(tmp_path: Path) -> None:
    fill(tmp_path, "model.joblib", "src/inference.py", "src/lib/a.py")
    packing = plan(tmp_path / "model.joblib", tmp_path / "src")
    assert set(packing.files) == {"model.joblib", "code/inference.py", "code/lib/a.py"}


def test_a_model_by_itself_with_a_script(tmp_path: Path) -> None:
    fill(tmp_path, "model.joblib", "serve.py")
    packing = plan(tmp_path / "model.joblib", tmp_path / "serve.py")
    assert set(packing.files) == {"model.joblib", "code/inference.py"}


def test_the_only_script_of_the_code_is_what_serves(tmp_path: Path) -> None:
    fill(tmp_path, "m.pkl", "src/serve.py")
    (tmp_path / "src/lib.py").write_text("x = 1")
    packing = plan(tmp_path / "m.pkl", tmp_path / "src")
    assert set(packing.files) == {"m.pkl", "code/inference.py", "code/lib.py"}
    assert "serve.py as code/inference.py" in packing.notes[-1]


@pytest.mark.parametrize(
    ("names", "told"),
    [(("a.py", "b.py"), "a.py and b.py each define"), (("notes.txt",), "no file at its top")],
    ids=["two scripts", "no script"],
)
def test_which_script_serves_is_asked(names: tuple[str, ...], told: str, tmp_path: Path) -> None:
    fill(tmp_path / "src", *names)
    fill(tmp_path, "m.pkl")
    with pytest.raises(Problem, match=told):
        plan(tmp_path / "m.pkl", tmp_path / "src")


def test_a_script_that_cannot_be_read_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    fill(tmp_path, "m.pkl", "src/serve.py")
    (tmp_path / "src/serve.py").write_text("def model_fn(folder):\nreturn 1\n")
    found = run("push", "housing", str(tmp_path / "m.pkl"), "--code", str(tmp_path / "src"))
    assert found.exit_code == Exit.REFUSED
    assert "in line 2" in found.stderr


def test_an_empty_folder_is_nothing_to_pack(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="holds nothing to pack"):
        plan(tmp_path)


def test_a_link_to_a_file_is_packed_and_one_to_a_folder_is_refused(tmp_path: Path) -> None:
    folder = fill(tmp_path / "m", "model.pkl")
    fill(tmp_path, "blob/x")
    (folder / "weights").symlink_to(tmp_path / "blob/x")
    assert set(plan(folder).files) == {"model.pkl", "weights"}
    (folder / "more").symlink_to(tmp_path / "blob")
    with pytest.raises(Problem, match="link to a folder"):
        plan(folder)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(fill(tmp_path, "model.pkl") / "pipe")
    with pytest.raises(Problem, match="neither a file nor a folder"):
        plan(tmp_path)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    archives = []
    for number, names in enumerate(
        (("a.pkl", "code/inference.py"), ("code/inference.py", "a.pkl"))
    ):
        folder = fill(tmp_path / str(number), *names)
        os.utime(folder / "a.pkl", (number, number))
        (folder / "a.pkl").chmod(0o600 + number)
        archives.append(tmp_path / f"{number}.tar.gz")
        write(plan(folder), archives[-1])
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_code_comes_first_and_large_weights_last(tmp_path: Path) -> None:
    fill(tmp_path / "m", "b.json", "code/inference.py")
    (tmp_path / "m/a.bin").write_bytes(bytes(10_000_001))
    write(plan(tmp_path / "m"), tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        assert archive.getnames() == ["code/inference.py", "b.json", "a.bin"]
        assert {(m.mtime, m.uid, m.uname, m.mode) for m in archive} == {(0, 0, "", 0o644)}


def test_what_is_an_archive_is_not_packed_again(tmp_path: Path) -> None:
    fill(tmp_path / "m", "a")
    write(plan(tmp_path / "m"), tmp_path / "odd-name")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(1))
    (tmp_path / "model.pkl.gz").write_bytes(gzip.compress(pickle.dumps(1)))
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("model.pkl", "x")
    names = ("odd-name", "model.pkl", "model.pkl.gz", "m.zip", "m")
    assert [is_archive(tmp_path / name) for name in names] == [True, False, False, True, False]


def test_code_is_not_put_into_an_archive(tmp_path: Path) -> None:
    archive = fill(tmp_path, "model.tar.gz") / "model.tar.gz"
    with pytest.raises(Problem, match="packed already"), packed(archive, tmp_path, print):
        pass


def test_a_folder_that_would_be_refused_is_not_uploaded(run: Run, tmp_path: Path) -> None:
    (fill(tmp_path, "notes.txt") / "model.pkl").write_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    found = run("push", "housing", str(tmp_path))
    assert found.exit_code == Exit.REFUSED
    assert "packed" in found.stdout
    assert "posix.system" in found.stderr


def test_code_without_a_model(run: Run, tmp_path: Path) -> None:
    found = run("push", "housing", "--code", str(tmp_path), "--manifest", "x.yaml")
    assert found.exit_code == Exit.USAGE
    assert "--code and --part go with a model" in found.stderr
