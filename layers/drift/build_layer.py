"""Build the drift layer: the engine, polars and numpy, small enough for Lambda.

Lambda unpacks at most 250 MB of a function and all its layers. The wheels bring a quarter of
their size as symbol tables, tests and headers, which nothing at run time reads: they are dropped.

Needs no more than the standard library and uv or pip:

    python3 build_layer.py FOLDER                       for AWS: arm64, Python 3.13
    SLIPWAY_LAYER=host python3 build_layer.py FOLDER    for this machine and this interpreter
"""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "3.13"
FOR_UV = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", VERSION]
FOR_PIP = ["--platform", "manylinux_2_28_aarch64", "--python-version", VERSION]
UNUSED = (
    "bin",
    "numpy/**/tests",
    "numpy/f2py",
    "numpy/_pyinstaller",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/random/lib",
    "polars/testing",
    "*.dist-info/sboms",
    "**/*.pyi",
    "**/*.pxd",
)
LOAD = 1
ELF64_LITTLE = b"\x7fELF\x02\x01"


def main() -> None:
    """Build into the folder named on the command line."""
    target = Path(sys.argv[1]) / "python"
    host = os.environ.get("SLIPWAY_LAYER") == "host"
    install(target, [] if host else FOR_UV, [] if host else FOR_PIP)
    trim(target)
    copy_package(target)
    compile_all(target, sys.executable if host else matching_python())


def install(target: Path, for_uv: list[str], for_pip: list[str]) -> None:
    """Install the pinned wheels, whose digests are checked."""
    given = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--target", str(target)]
    given += ["--requirement", str(HERE / "requirements.txt")]
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if uv:
        # Copied, not linked: what is trimmed here must not be trimmed in uv's cache.
        copied = ["--link-mode", "copy", "--python", sys.executable]
        run([uv, "pip", "install", *copied, *for_uv, *given])
    else:
        run([sys.executable, "-m", "pip", "install", *for_pip, *given])


def trim(target: Path) -> None:
    """Drop what nothing reads at run time."""
    for pattern in UNUSED:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    for library in [*target.rglob("*.so"), *target.rglob("*.so.*")]:
        strip(library)


def strip(library: Path) -> None:
    """Cut an ELF file after its last loaded byte: symbols and section headers lie behind it.

    The loader reads program headers only (System V ABI, chapters 4 and 5), so this works for any
    processor's files without that processor's tools.
    """
    with library.open("r+b") as file:
        header = file.read(64)
        if header[:6] != ELF64_LITTLE:
            return
        (table,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        end = table + size * count
        for number in range(count):
            file.seek(table + number * size)
            kind, _, offset, _, _, held = struct.unpack("<IIQQQQ", file.read(40))
            if kind == LOAD:
                end = max(end, offset + held)
        file.seek(40)
        file.write(struct.pack("<Q", 0))
        file.seek(60)
        file.write(struct.pack("<HH", 0, 0))
        file.truncate(end)


def copy_package(target: Path) -> None:
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(HERE / "slipway_drift", target / "slipway_drift", ignore=unwanted)


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
