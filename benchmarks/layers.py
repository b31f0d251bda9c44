"""How large the core layer is, zipped and unzipped, and what is in it.

The bound is 12 MB zipped (the limit of Lambda is 250 MB unzipped, for all layers together).
"""

import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

from benchmarks.layer import built

MEGABYTE = 1_000_000


def main() -> None:
    """Print the sizes of the layer for AWS: arm64, Python 3.13."""
    with built() as layer:
        sizes = Counter[str]()
        for path in files(layer):
            sizes[path.relative_to(layer / "python").parts[0]] += path.stat().st_size
        print(f"{'core layer, arm64':32}{'MB':>8}")
        for name, size in sizes.most_common(8):
            print(f"  {name:30}{size / MEGABYTE:8.2f}")
        print(f"{'unzipped':32}{sum(sizes.values()) / MEGABYTE:8.2f}")
        print(f"{'zipped':32}{zipped(layer) / MEGABYTE:8.2f}")


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
