"""Build the core layer: the package, its pinned dependencies, and byte-code for both.

A layer is mounted read-only, so without byte-code every cold start would compile every module
again, which takes longer than all the rest of it. botocore brings the API models of 400 services;
only those of the services the adapters talk to are kept.

Needs no more than the standard library and uv or pip:

    python3 build_layer.py FOLDER                       for AWS: arm64, Python 3.13
    SLIPWAY_LAYER=host python3 build_layer.py FOLDER    for this machine and this interpreter
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "3.13"
PATIENCE = 120  # seconds for uv to bring an interpreter
FOR_UV = ["--python-platform", "aarch64-manylinux2014", "--python-version", VERSION]
# pip takes each for itself alone, where uv knows that one runs what was built for another.
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
FOR_PIP = ["--python-version", VERSION, *(f"--platform={name}" for name in PLATFORMS)]
SERVICES = frozenset(
    {
        "application-autoscaling",
        "cloudwatch",
        "dynamodb",
        "ecs",
        "events",
        "logs",
        "s3",
        "sagemaker",
        "sagemaker-runtime",
        "scheduler",
        "sns",
        "stepfunctions",
        "sts",
    }
)


def main() -> None:
    """Build into the folder named on the command line."""
    target = Path(sys.argv[1]) / "python"
    host = os.environ.get("SLIPWAY_LAYER") == "host"
    install(target, [] if host else FOR_UV, [] if host else FOR_PIP)
    trim(target / "botocore" / "data")
    copy_package(target)
    compile_all(target, sys.executable if host else matching_python(target))


def install(target: Path, for_uv: list[str], for_pip: list[str]) -> None:
    """Install the pinned wheels, whose digests are checked."""
    given = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--target", str(target)]
    given += ["--requirement", str(HERE / "requirements.txt")]
    uv = found_uv(target)
    if uv:
        run([uv, "pip", "install", "--python", sys.executable, *for_uv, *given])
    else:
        run([sys.executable, "-m", "pip", "install", *for_pip, *given])
    shutil.rmtree(target / "bin", ignore_errors=True)


def found_uv(target: Path) -> str | None:
    """uv: beside this interpreter, in the .venv of the project that is built into, or on the PATH.

    SAM builds a copy of this folder somewhere else, so only the target tells where the project is.
    """
    venvs = [parent / ".venv" / "bin" for parent in target.resolve().parents]
    folders = [Path(sys.executable).parent, *venvs]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    return shutil.which("uv", path=path)


def trim(data: Path) -> None:
    """Drop what botocore knows of services that nobody here calls."""
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in SERVICES:
            shutil.rmtree(folder)


def copy_package(target: Path) -> None:
    shutil.copytree(
        HERE / "slipway", target / "slipway", ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
    )


def compile_all(target: Path, python: str | None) -> None:
    """Compile with the runtime's own minor version, so that the byte-code is used.

    Unchecked: time stamps do not survive a zip file. Seeded: two builds are the same bytes.
    """
    if python is None:
        sys.stderr.write(
            f"WARNING: there is no Python {VERSION}, so the layers have no byte-code: they work, "
            f"but every cold start takes about twice the time. Put python{VERSION} on the PATH.\n"
        )
        return
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    where = ["-s", str(target), "-p", "/opt/python", str(target)]
    run([python, "-m", "compileall", *options, *where], PYTHONHASHSEED="0")


def matching_python(target: Path) -> str | None:
    """An interpreter of the runtime's version, which uv may bring; None where there is none."""
    asked = ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    found = [sys.executable, f"python{VERSION}"]
    uv = found_uv(target)
    if uv and not any(said(name, *asked) == VERSION for name in found):
        said(uv, "python", "install", "--quiet", VERSION)
        found = [said(uv, "python", "find", "--managed-python", VERSION)]
    return next((name for name in found if said(name, *asked) == VERSION), None)


def said(*command: str) -> str:
    """What a command prints; nothing where it fails, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter or uv, by their names
            command, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def run(command: list[str], **environment: str) -> None:
    subprocess.run(  # noqa: S603 - the installer and the compiler named above
        command, check=True, env={**os.environ, **environment}
    )


if __name__ == "__main__":
    main()
