"""Save small tensors of every kind with PyTorch, in each of its forms, and with safetensors itself.

    uv venv v && uv pip install -p v/bin/python torch==2.6.0 safetensors numpy
    v/bin/python tests/export/make_torch.py tests/export/fixtures

writes fixtures/torch-VERSION.tar.xz: state.pth (a zip), state-older.pth, checkpoint.pth, many.pth
(300 tensors), module.pth, and expected.safetensors and module.safetensors, the same tensors as the
safetensors library writes them.
"""

import io
import sys
import tarfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

torch.manual_seed(7)


def tensors(*, older: bool) -> dict[str, Any]:
    grid = torch.randn(6, 4)
    row = torch.arange(12, dtype=torch.int64)
    found = {
        "float64": torch.randn(2, 3, dtype=torch.float64),
        "half": torch.randn(3).half(),
        "bfloat16": torch.randn(2, 2).bfloat16(),
        "int32": torch.arange(-3, 3, dtype=torch.int32),
        "int16": torch.arange(3, dtype=torch.int16),
        "int8": torch.arange(-2, 2, dtype=torch.int8),
        "uint8": torch.arange(5, dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "grid": grid,
        "transposed": grid.t(),
        "inner": grid[1:4, ::2],
        "spread": torch.randn(1, 3).expand(4, 3),
        "shared": row,
        "shared.part": row[3:7],
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 3),
        "parameter": torch.nn.Parameter(torch.randn(2)),
        "channels.last": torch.randn(1, 3, 2, 2).contiguous(memory_format=torch.channels_last),
    }
    if not older:
        found["float8"] = torch.randn(4).to(torch.float8_e4m3fn)
        found["uint16"] = torch.arange(3).to(torch.uint16)
    return found


def expected(named: dict[str, Any]) -> bytes:
    return save({name: held.detach().clone().contiguous() for name, held in named.items()})


def saved(value: Any, *, older: bool = False) -> bytes:  # noqa: ANN401
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=not older)
    return buffer.getvalue()


def files() -> Iterator[tuple[str, bytes]]:
    state = tensors(older=False)
    yield "state.pth", saved(OrderedDict(state))
    yield "expected.safetensors", expected(state)
    older = {name: held for name, held in state.items() if name not in ("float8", "uint16")}
    yield "state-older.pth", saved(OrderedDict(older), older=True)
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(module.parameters())
    module(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    yield (
        "checkpoint.pth",
        saved({"epoch": 3, "state_dict": module.state_dict(), "optimizer": optimizer.state_dict()}),
    )
    yield "module.pth", saved(module)
    yield "module.safetensors", expected(module.state_dict())
    yield "many.pth", saved({f"layer.{n}": torch.tensor([float(n)]) for n in range(300)})


def main(folder: str) -> None:
    version = torch.__version__.partition("+")[0]
    with tarfile.open(Path(folder) / f"torch-{version}.tar.xz", "w:xz") as packed:
        for name, content in files():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            packed.addfile(header, io.BytesIO(content))


if __name__ == "__main__":
    main(sys.argv[1])
