"""Speed and memory of artifact inspection beside zlib, tarfile and isal, on the same archive.

    python benchmarks/artifacts/inspect_speed.py [MEGABYTES]

Makes a model.tar.gz of fp32 weights (and one of JSON text) of that unpacked size (default 2000),
then reads it in a fresh process for each reader. Prints MB of compressed input per second of
processor time (on a busy machine the wall says more about its neighbours), each reader's share of
zlib's speed, wall seconds and the peak resident memory.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import resource
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 1 << 20
CORE = Path(__file__).parents[2] / "layers" / "core"


def chunks(path: Path) -> Iterator[bytes]:
    """The archive as S3 would give it."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def with_zlib(path: Path) -> None:
    """Inflate and forget."""
    import zlib

    inflate = zlib.decompressobj(wbits=31)
    for chunk in chunks(path):
        waiting = chunk
        while waiting:
            inflate.decompress(waiting, CHUNK)
            waiting = inflate.unconsumed_tail


def with_isal(path: Path) -> None:
    """Inflate with Intel's library and forget."""
    from isal import isal_zlib  # type: ignore[import-not-found,unused-ignore] # optional

    inflate = isal_zlib.decompressobj(31)
    for chunk in chunks(path):
        waiting = chunk
        while waiting:
            inflate.decompress(waiting, CHUNK)
            waiting = inflate.unconsumed_tail


def with_tarfile(path: Path) -> None:
    """Stream every member."""
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if file := archive.extractfile(member):
                while file.read(CHUNK):
                    pass


def with_archive(path: Path) -> None:
    """The strict reader: every header checked, every member and the whole hashed."""
    sys.path.insert(0, str(CORE))
    from slipway.artifacts import Archive

    for _ in Archive(chunks(path)):
        pass


def with_inspect(path: Path) -> None:
    """The whole inspection."""
    sys.path.insert(0, str(CORE))
    from slipway.artifacts import inspect

    inspect(chunks(path))


READERS: dict[str, Callable[[Path], None]] = {
    "zlib": with_zlib,
    "isal": with_isal,
    "tarfile r|gz": with_tarfile,
    "slipway archive": with_archive,
    "slipway inspect": with_inspect,
}


def weights(size: int) -> bytes:
    """fp32 numbers as trained weights are: small, normal, noisy."""
    pick = random.Random(7)  # noqa: S311 - data, not secrets
    return b"".join(struct.pack("<f", pick.gauss(0, 0.02)) for _ in range(size // 4))


def text(size: int) -> bytes:
    """JSON as a saved tree ensemble is."""
    pick = random.Random(7)  # noqa: S311 - data, not secrets
    rows = ({"split": pick.random(), "left": pick.randrange(9999)} for _ in range(size // 50))
    return json.dumps(list(rows)).encode()


def make(path: Path, block: bytes, megabytes: int) -> None:
    """A model.tar.gz with a small configuration and one large file of repeated blocks."""
    size = megabytes * 1_000_000 // len(block) * len(block)
    with (
        gzip.open(path, "wb", compresslevel=6) as file,
        tarfile.open(fileobj=file, mode="w|") as tar,
    ):
        for name, length, data in (
            ("config.json", 2, io.BytesIO(b"{}")),
            ("weights.bin", size, None),
        ):
            header = tarfile.TarInfo(name)
            header.size = length
            tar.addfile(header, data or _Repeated(block))


class _Repeated(io.RawIOBase):
    """The block over and over; longer than deflate's window, so nothing repeats to it."""

    def __init__(self, block: bytes) -> None:
        self.block = block
        self.at = 0

    def read(self, size: int = -1) -> bytes:
        start = self.at % len(self.block)
        part = self.block[start : start + size]
        self.at += len(part)
        return part + (self.read(size - len(part)) if len(part) < size else b"")


def measure(reader: str, path: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak MB of one reader in a process of its own."""
    command = [sys.executable, __file__, "--reader", reader, str(path)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr.strip().splitlines()[-1])
    wall, processor, memory = map(float, result.stdout.split())
    return wall, processor, memory


def run_one(reader: str, path: Path) -> None:
    """Read once and print what it took."""
    start = time.perf_counter()
    READERS[reader](path)
    wall = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(wall, usage.ru_utime + usage.ru_stime, peak_memory())


def peak_memory() -> float:
    """MB; ru_maxrss would count the parent's, which a forked process starts from."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(megabytes: int) -> None:
    """Both archives through every reader, the best of two rounds."""
    with tempfile.TemporaryDirectory() as folder:
        for name, block in (("fp32 weights", weights(8_000_000)), ("JSON text", text(8_000_000))):
            path = Path(folder) / "model.tar.gz"
            make(path, block, megabytes)
            size = path.stat().st_size / 1e6
            print(f"\n{name}: {megabytes} MB unpacked, {size:.0f} MB packed")
            print(f"{'reader':18}{'MB/s':>8}{'of zlib':>9}{'wall s':>8}{'peak MB':>9}")
            base = 0.0
            for reader in READERS:
                try:
                    rounds = [measure(reader, path) for _ in range(2)]
                except RuntimeError as error:
                    print(f"{reader:18}{error}")
                    continue
                wall, processor, memory = (min(column) for column in zip(*rounds, strict=True))
                speed = size / processor
                base = base or speed
                print(f"{reader:18}{speed:8.0f}{speed / base:9.0%}{wall:8.1f}{memory:9.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--reader"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
