"""Write slipway/artifacts/pickles/allowed_globals.json: what the frameworks' own pickles may hold.

    python layers/core/build_allowed_globals.py

Downloads each release below with pip and lists what its sources define, without importing
anything: classes (*made* without their constructor) and functions that estimators keep as
parameters (*named*, never called). Cython classes, numpy, joblib and torch are written by hand in
slipway/artifacts/pickles/allowed.py. Run it again when SageMaker gets a newer image.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

LIST = Path(__file__).parent / "slipway" / "artifacts" / "pickles" / "allowed_globals.json"
PLATFORMS = ("manylinux1", "manylinux2010", "manylinux2014", "manylinux_2_27", "manylinux_2_28")
RELEASES = {
    "scikit-learn": (
        ("0.20.4", "37"),
        ("0.21.3", "37"),
        ("0.22.2.post1", "37"),
        ("0.23.2", "38"),
        ("0.24.2", "38"),
        ("1.0.2", "38"),
        ("1.1.3", "39"),
        ("1.2.2", "39"),
        ("1.3.2", "39"),
        ("1.4.2", "312"),
        ("1.5.2", "312"),
        ("1.6.1", "312"),
        ("1.7.2", "312"),
        ("1.8.0", "312"),
        ("1.9.0", "312"),
    ),
    "xgboost-cpu": (("3.2.0", "312"),),
    "lightgbm": (("4.6.0", "312"),),
    "catboost": (("1.2.8", "312"),),
    "torch": (("2.13.0", "311"),),
}
MODULES = {
    "scikit-learn": re.compile(r"sklearn\."),
    "xgboost-cpu": re.compile(r"xgboost\.(core|sklearn)$"),
    "lightgbm": re.compile(r"lightgbm\.(basic|sklearn)$"),
    "catboost": re.compile(r"catboost\.core$"),
    "torch": re.compile(r"torch\.nn\.(modules\.|parameter$|functional$)"),
}
NOT_SERVED = re.compile(r".*\b(tests|externals|datasets|setup|_plot|plot|conftest|_build_utils)\b")
PARAMETERS = re.compile(
    r"sklearn\.(metrics|feature_selection|feature_extraction\.text|cluster\._?k_?means)"
    r"|torch\.nn\.functional$"
)
NOT_DATA = re.compile(r"Warning$|Exception$|Mixin$|^_?Test|^_*(check|assert|test)")


def main() -> None:
    """Download, list, write."""
    found: dict[str, dict[str, set[str]]] = {"made": {}, "named": {}}
    for package, releases in RELEASES.items():
        for version, python in releases:
            with tempfile.TemporaryDirectory() as folder:
                wheel = download(package, version, python, Path(folder))
                collect(wheel, MODULES[package], found)
    listed = {
        role: {module: sorted(names) for module, names in sorted(modules.items())}
        for role, modules in found.items()
    }
    versions = {name: [version for version, _ in rows] for name, rows in RELEASES.items()}
    LIST.write_text(json.dumps(listed | {"releases": versions}, separators=(",", ":")) + "\n")
    sys.stdout.write(f"{LIST.name}: {LIST.stat().st_size} bytes\n")


def download(package: str, version: str, python: str, folder: Path) -> Path:
    """The wheel of one release for x86-64 Linux."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    platforms = [f"--platform={name}_x86_64" for name in PLATFORMS]
    binary = ["--only-binary=:all:", f"--python-version={python}", *platforms]
    subprocess.run([*pip, *binary, f"{package}=={version}"], check=True)  # noqa: S603
    return next(folder.glob("*.whl"))


def collect(wheel: Path, wanted: re.Pattern[str], found: dict[str, dict[str, set[str]]]) -> None:
    """Add what each wanted module of a wheel defines to its role."""
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            stem, _, suffix = path.removesuffix("/").rpartition(".")
            module = stem.removesuffix("/__init__").replace("/", ".")
            if suffix != "py" or not wanted.match(module) or NOT_SERVED.match(module):
                continue
            for role, names in definitions(archive.read(path).decode(), module):
                if kept := {name for name in names if not NOT_DATA.search(name)}:
                    found[role].setdefault(module, set()).update(kept)


def definitions(source: str, module: str) -> list[tuple[str, list[str]]]:
    """What one module defines at its top level, by role."""
    body = ast.parse(source).body
    classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    return [("made", classes), ("named", functions if PARAMETERS.match(module) else [])]


if __name__ == "__main__":
    main()
