"""Write the table of docs/artifacts.md that says how each kind of model leaves.

python export/build_export_docs.py
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slipway.artifacts.kinds import KINDS
from slipway_export.native import NATIVE, REFUSED
from slipway_export.to_onnx import ONNX

PAGE: Final = Path(__file__).parents[1] / "docs" / "artifacts.md"
START, END = "<!-- exports -->\n", "<!-- end -->"
AS_IT_IS: Final = "as it is"
ARRAYS: Final = "`model.npz`, `card.json`"
FLOAT32: Final = "1e-5 of the largest"
NATIVE_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "tensorflow": ("the SavedModel", AS_IT_IS),
    "sparkml": ("the bundle", AS_IT_IS),
    "huggingface": ("the folder, weights in `model.safetensors`", "tensors, to the last bit"),
    "linear-learner": (ARRAYS, f"its own network, {FLOAT32}"),
    "factorization-machines": (ARRAYS, f"its arrays, pair by pair, {FLOAT32}"),
    "pca": (ARRAYS, f"its arrays, {FLOAT32}"),
    "kmeans": (ARRAYS, f"its arrays, {FLOAT32}"),
    "xgboost": ("`model.json`; `model.ubj` as it is", "its own trees, 1e-6 + 1e-5 of each score"),
    "torchscript": ("the file", AS_IT_IS),
    "pytorch": ("`model.safetensors`", "tensors, to the last bit"),
    "keras": ("the file", AS_IT_IS),
    "lightgbm": ("the file, not a pickle", AS_IT_IS),
    "catboost": ("the file, not a pickle", AS_IT_IS),
    "onnx": ("the file", AS_IT_IS),
    "safetensors": ("the file", AS_IT_IS),
}


def exports_table() -> str:
    """Every kind: its native form, what that is held against, and whether ONNX has it."""
    rows = ["| kind | `--to native` writes | held against | `--to onnx` |", "|---|---|---|---|"]
    for kind in KINDS:
        files, proof = NATIVE_FORMS.get(kind.name, ("no", REFUSED.get(kind.name, "")))
        onnx = "`model.onnx`" if kind.name in ONNX else "no"
        rows.append(f"| `{kind.name}` | {files} | {proof} | {onnx} |")
    return "\n".join(rows)


def described() -> set[str]:
    """The kinds whose native form the table describes."""
    return set(NATIVE_FORMS)


def converted() -> set[str]:
    """The kinds that have a native converter."""
    return set(NATIVE) - set(REFUSED)


def rewrite(page: str) -> str:
    """The page with the table made anew."""
    start = page.index(START) + len(START)
    return page[:start] + exports_table() + "\n" + page[page.index(END, start) :]


if __name__ == "__main__":
    PAGE.write_text(rewrite(PAGE.read_text("utf-8")), "utf-8")
