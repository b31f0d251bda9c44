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
FOR_UV = ["--python-platform", "aarch64-manylinux2014", "--python-version", VERSION]
FOR_PIP = ["--platform", "manylinux2014_aarch64", "--python-version", VERSION]
SERVICES = frozenset(
    {
        "cloudwatch",
        "dynamodb",
        "events",
        "s3",
        "sagemaker",
        "sagemaker-runtime",
        "scheduler",
        "sns",
        "stepfunctions",
    }
)


def main() -> None:
    """Build into the folder named on the command line."""
    target = Path(sys.argv[1]) / "python"
    host = os.environ.get("SLIPWAY_LAYER") == "host"
    install(target, [] if host else FOR_UV, [] if host else FOR_PIP)
    trim(target / "botocore" / "data")
    copy_package(target)
    compile_all(target, sys.executable if host else matching_python())


def install(target: Path, for_uv: list[str], for_pip: list[str]) -> None:
    """Install the pinned wheels, whose digests are checked."""
    given = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--target", str(target)]
    given += ["--requirement", str(HERE / "requirements.txt")]
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if uv:
        run([uv, "pip", "install", "--python", sys.executable, *for_uv, *given])
    else:
        run([sys.executable, "-m", "pip", "install", *for_pip, *given])
    shutil.rmtree(target / "bin", ignore_errors=True)


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
            f"WARNING: no python{VERSION} on the PATH, so the layer has no byte-code: it works, "
            "but every cold start takes about twice the time.\n"
        )
        return
    options = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    where = ["-s", str(target), "-p", "/opt/python", str(target)]
    run([python, "-m", "compileall", *options, *where], PYTHONHASHSEED="0")


def matching_python() -> str | None:
    """An interpreter of the runtime's version; None where there is none."""
    for name in (sys.executable, f"python{VERSION}"):
        asked = "import sys; print(*sys.version_info[:2], sep='.')"
        answer = subprocess.run(  # noqa: S603 - an interpreter, by its name
            [name, "-c", asked], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == VERSION:
            return name
    return None


def run(command: list[str], **environment: str) -> None:
    subprocess.run(  # noqa: S603 - the installer and the compiler named above
        command, check=True, env={**os.environ, **environment}
    )


if __name__ == "__main__":
    main()
