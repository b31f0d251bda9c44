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
PATIENCE = 120  # seconds for uv to bring an interpreter
FOR_UV = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", VERSION]
# pip takes each for itself alone, where uv knows that one runs what was built for another.
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
FOR_PIP = ["--python-version", VERSION, *(f"--platform={name}" for name in PLATFORMS)]
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
    compile_all(target, sys.executable if host else matching_python(target))


def install(target: Path, for_uv: list[str], for_pip: list[str]) -> None:
    """Install the pinned wheels, whose digests are checked."""
    given = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--target", str(target)]
    given += ["--requirement", str(HERE / "requirements.txt")]
    uv = found_uv(target)
    if uv:
        # Copied, not linked: what is trimmed here must not be trimmed in uv's cache.
        copied = ["--link-mode", "copy", "--python", sys.executable]
        run([uv, "pip", "install", *copied, *for_uv, *given])
    else:
        run([sys.executable, "-m", "pip", "install", *for_pip, *given])


def found_uv(target: Path) -> str | None:
    """uv: beside this interpreter, in the .venv of the project that is built into, or on the PATH.

    SAM builds a copy of this folder somewhere else, so only the target tells where the project is.
    """
    venvs = [parent / ".venv" / "bin" for parent in target.resolve().parents]
    folders = [Path(sys.executable).parent, *venvs]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    return shutil.which("uv", path=path)


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
        return  # the core layer, which is always built with this one, says so
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
