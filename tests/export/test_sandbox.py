"""What a program in the sandbox can do, and what it cannot."""

import socket
import sys
from pathlib import Path

import pytest
from slipway_export.model import ExportRefused
from slipway_export.sandbox import run

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own fences")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def test_a_program_reads_and_writes_its_folder(folder: Path) -> None:
    (folder / "in").write_text("model")
    run(
        "import sys; open('out', 'w').write(open('in').read() + sys.argv[1])",
        folder,
        arguments=["!"],
    )
    assert (folder / "out").read_text() == "model!"


def test_a_program_may_be_a_file_elsewhere(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("open('out', 'w').write(__name__)")
    run(program, folder)
    assert (folder / "out").read_text() == "__main__"


def test_libraries_of_this_interpreter_are_there(folder: Path) -> None:
    run("import numpy; numpy.save('out.npy', numpy.eye(50) @ numpy.eye(50))", folder)
    assert (folder / "out.npy").exists()


def test_nothing_of_the_environment_is_inherited(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    run("import os; open('out', 'w').write(repr(dict(os.environ)))", folder)
    assert "secret" not in (folder / "out").read_text()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ValueError('no such operator')", "ValueError: no such operator"),
        ("import sys; sys.exit(3)", "converting it failed"),
        ("import os; os.abort()", "SIGABRT"),
        ("x = b'x' * (1 << 31)", "MemoryError"),
    ],
)
def test_a_failure_is_told_in_one_line(folder: Path, source: str, said: str) -> None:
    with pytest.raises(ExportRefused, match=said):
        run(source, folder, memory=1 << 30)


def test_processor_time_is_bounded(folder: Path) -> None:
    with pytest.raises(ExportRefused, match=r"SIGXCPU|SIGKILL|longer than"):
        run("while True: pass", folder, seconds=1)


def test_the_clock_is_bounded(folder: Path) -> None:
    with pytest.raises(ExportRefused, match="longer than 2 s"):
        run("import time; time.sleep(60)", folder, seconds=1)


@linux
def test_files_outside_its_folder_are_out_of_reach(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "credentials"
    secret.write_text("secret")
    with pytest.raises(ExportRefused, match="PermissionError"):
        run(f"open({str(secret)!r})", folder)
    with pytest.raises(ExportRefused, match="PermissionError"):
        run(f"open({str(tmp_path / 'new')!r}, 'w')", folder)
    with pytest.raises(ExportRefused, match="PermissionError"):
        run(f"import os; os.unlink({str(secret)!r})", folder)
    assert secret.read_text() == "secret"


@linux
def test_other_processes_are_out_of_reach(folder: Path) -> None:
    with pytest.raises(ExportRefused, match="PermissionError"):
        run("import os; open(f'/proc/{os.getppid()}/environ').read()", folder)
    with pytest.raises(ExportRefused, match="PermissionError"):
        run("import os; os.kill(os.getppid(), 0)", folder)


@linux
def test_output_may_be_thrown_away(folder: Path) -> None:
    run("import os; open(os.devnull, 'w').write('nothing')", folder)


@linux
def test_no_other_program_is_started(folder: Path) -> None:
    with pytest.raises(ExportRefused, match="PermissionError"):
        run("import subprocess; subprocess.run(['/bin/true'])", folder)


@linux
def test_nobody_is_reached_over_the_network(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ExportRefused, match=r"PermissionError|unreachable|refused"):
            run(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)", folder)
