"""How large the layers are, zipped and unzipped, and what is in them.

The bounds are 12 MB for the core, zipped, and 230 MB for both together, unzipped: a function and
all its layers may have 250 MB on Lambda.
"""

import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

from benchmarks.layer import built

MEGABYTE = 1_000_000


def main() -> None:
    """Print the sizes of the layers for AWS: arm64, Python 3.13."""
    both = 0.0
    for name in ("core", "drift"):
        with built(name) as layer:
            both += measure(name, layer)
    print(f"{'both, unzipped':32}{both:8.2f}")


def measure(layer_name: str, layer: Path) -> float:
    """Print what a layer weighs; its unzipped MB."""
    sizes = Counter[str]()
    for path in files(layer):
        sizes[path.relative_to(layer / "python").parts[0]] += path.stat().st_size
    print(f"{f'{layer_name} layer, arm64':32}{'MB':>8}")
    for name, size in sizes.most_common(6):
        print(f"  {name:30}{size / MEGABYTE:8.2f}")
    unzipped = sum(sizes.values()) / MEGABYTE
    print(f"{'unzipped':32}{unzipped:8.2f}")
    print(f"{'zipped':32}{zipped(layer) / MEGABYTE:8.2f}")
    return unzipped


def zipped(layer: Path) -> int:
    """The bytes of the layer's zip file."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files(layer):
            archive.write(path, path.relative_to(layer))
    return len(content.getvalue())


def files(layer: Path) -> list[Path]:
    """Every file of the layer."""
    return [path for path in sorted(layer.rglob("*")) if path.is_file()]


if __name__ == "__main__":
    main()
