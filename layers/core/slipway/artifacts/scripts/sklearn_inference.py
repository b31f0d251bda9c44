"""Serves a scikit-learn model in the SageMaker scikit-learn container.

Rows come as text/csv (with a header or without), application/json (lists, records, `instances`,
pandas' split), application/jsonlines or application/x-npy. A model that was fitted on named columns
gets a DataFrame of them, a model of text one document a line, and any other float32, which is what
the container makes of text by itself.

SLIPWAY_MODEL_FILE names the file to load, SLIPWAY_PREDICT what is asked of it: predict (the
default), predict_proba or decision_function. This file has to run on Python 3.7.
"""

from __future__ import annotations

import csv
import io
import json
import os
import traceback
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
import numpy as np
from sagemaker_containers.beta.framework import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    encoders,
    worker,
)

CSV, JSON, NPY = "text/csv", "application/json", "application/x-npy"
LINES = ("application/jsonlines", "application/x-jsonlines", "application/json-lines")
METHODS = ("predict", "predict_proba", "decision_function", "transform")
ROWS = ("instances", "inputs", "dataframe_records", "records", "data")


class UnreadableError(ValueError):
    """The request is at fault; the message names the row and the column."""


def model_fn(model_dir: str) -> Any:  # noqa: ANN401 - whatever estimator was trained
    """The estimator in the file that SLIPWAY_MODEL_FILE names, or the only one there is."""
    return checked(joblib.load(model_file(Path(model_dir))))


def checked(model: Any) -> Any:  # noqa: ANN401
    """The model, which has the method that SLIPWAY_PREDICT names; ValueError where it has not."""
    if asked() not in METHODS:
        raise ValueError(f"SLIPWAY_PREDICT: {asked()!r} is none of {', '.join(METHODS)}")
    kind = type(model).__name__
    if not hasattr(model, asked()) and asked() != "predict":
        raise ValueError(f"SLIPWAY_PREDICT: {kind} has no {asked()}")
    if not hasattr(model, method(model)):
        raise ValueError(
            f"the file holds a {kind}, which neither predicts nor transforms; pack a "
            "code/inference.py whose model_fn and predict_fn know what to do with it"
        )
    return model


def method(model: Any) -> str:  # noqa: ANN401
    """What is called of the model: what is asked for, or what a transformer does instead."""
    transforms = not hasattr(model, "predict") and hasattr(model, "transform")
    return "transform" if transforms and asked() == "predict" else asked()


def transform_fn(model: Any, content: str | bytes, content_type: str, accept: str) -> Any:  # noqa: ANN401
    """The answer. What goes wrong is answered as JSON, and its trace is in the log."""
    # What a container before this one in a pipeline answers has a character set.
    content_type = content_type.partition(";")[0].strip()
    try:
        return encoders.encode(predicted(model, content, content_type), accept), accept
    except Exception as error:  # noqa: BLE001 - the container would answer an HTML page
        traceback.print_exc()
        status = 400 if isinstance(error, UnreadableError) else 500
        said = json.dumps({"error": type(error).__name__, "message": str(error)})
        return worker.Response(response=said, status=status, mimetype=JSON)


def predicted(model: Any, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401
    """What the model says of the rows."""
    names = [str(name) for name in getattr(model, "feature_names_in_", ())]
    data = named(names, content, content_type) if names else plain(model, content, content_type)
    try:
        found = getattr(model, method(model))(data)
        return found.toarray() if hasattr(found, "toarray") else found
    except ValueError as error:
        odd = oddity(data) if names else ""
        if odd:
            raise UnreadableError(f"{odd} ({error})") from error
        raise


def asked() -> str:
    """The method of the model that is asked for."""
    return os.environ.get("SLIPWAY_PREDICT", "predict")


def plain(model: Any, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401
    """A matrix for a model that knows no names; documents for one that counts no columns."""
    if content_type == NPY:
        data = encoders.decode(content, content_type)
    else:
        rows = read(content, content_type)
        if not hasattr(model, "n_features_in_") and any(map(is_text, rows)):
            return [row if isinstance(row, str) else ",".join(map(str, row)) for row in rows]
        data = matrix(rows[1:] if content_type == CSV and is_header(rows) else rows)
    if data.ndim < 2:
        return data.reshape((-1, 1) if getattr(model, "n_features_in_", 0) == 1 else (1, -1))
    return data


def named(names: list[str], content: str | bytes, content_type: str) -> Any:  # noqa: ANN401
    """A DataFrame of the model's own columns, in its order."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    if content_type == NPY:
        return pd.DataFrame(encoders.decode(content, content_type), columns=names)
    rows = read(content, content_type)
    if len(rows) == len(names) > 1 and not any(isinstance(row, (list, dict)) for row in rows):
        rows = [rows]
    columns = names
    if content_type == CSV and rows and set(names) <= set(rows[0]):
        columns, rows = rows[0], rows[1:]
    records = [record(row, columns, names, at) for at, row in enumerate(rows, start=1)]
    if not records:
        raise UnreadableError("there are no rows in the request")
    frame = pd.DataFrame(records, columns=names)
    if content_type != CSV:
        return frame
    # As pandas infers types, which is how most training data was read.
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)))


def record(row: Any, columns: list[str], names: list[str], at: int) -> dict[str, Any]:  # noqa: ANN401
    """A row by its names."""
    if not isinstance(row, dict):
        cells = row if isinstance(row, (list, tuple)) else [row]
        if len(cells) != len(columns):
            wanted = ", ".join(columns)
            raise UnreadableError(
                f"row {at} has {len(cells)} values, the model takes {len(columns)}: {wanted}"
            )
        row = dict(zip(columns, cells))  # noqa: B905 - Python 3.7; the lengths are equal
    for name in names:
        if name not in row:
            raise UnreadableError(
                f"row {at}: column {name!r} is missing; the model takes {', '.join(names)}"
            )
    return {name: row[name] for name in names}


def read(content: str | bytes, content_type: str) -> list[Any]:
    """The rows of a request: lists, records or single values."""
    text = content.decode() if isinstance(content, bytes) else content
    if content_type == CSV:
        return [
            row for row in csv.reader(io.StringIO(text.strip("\n")), skipinitialspace=True) if row
        ]
    try:
        if content_type in LINES:
            lines = [unwrapped(json.loads(line)) for line in text.splitlines() if line.strip()]
            return [row for line in lines for row in (line if is_rows(line) else [line])]
        if content_type == JSON:
            found = unwrapped(json.loads(text))
            return found if is_rows(found) else [found]
    except ValueError as error:
        raise UnreadableError(f"the body is not {content_type}: {error}") from error
    known = ", ".join((CSV, JSON, LINES[0], NPY))
    raise UnreadableError(f"the content type {content_type!r} is not read here; send {known}")


def unwrapped(found: Any) -> Any:  # noqa: ANN401
    """The rows in one of the envelopes that people know."""
    if isinstance(found, list):
        return [unwrapped(row) if isinstance(row, dict) else row for row in found]
    if not isinstance(found, dict):
        return found
    split = found.get("dataframe_split", found)
    if isinstance(split.get("columns"), list) and isinstance(split.get("data"), list):
        return [dict(zip(split["columns"], row)) for row in split["data"]]  # noqa: B905
    if len(found) == 1:
        ((key, inner),) = found.items()
        if key in ROWS and isinstance(inner, list):
            return unwrapped(inner)
        if key in ("features", "values"):
            return inner
    if found and all(isinstance(column, list) for column in found.values()):
        return [dict(zip(found, row)) for row in zip(*found.values())]  # noqa: B905
    return found


def matrix(rows: list[Any]) -> Any:  # noqa: ANN401
    """The rows as float32, flat where there is but one."""
    for at, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            raise UnreadableError(f"row {at} names columns, and the model knows none; send a list")
        for column, cell in enumerate(row if isinstance(row, list) else [row], start=1):
            if not is_number(cell):
                raise UnreadableError(f"row {at}, column {column}: {cell!r} is not a number")
    widths = {len(row) if isinstance(row, list) else 1 for row in rows}
    if len(widths) > 1:
        raise UnreadableError(f"the rows are of different lengths: {sorted(widths)}")
    return np.array([filled(row) for row in rows], dtype=float).astype(np.float32)


def filled(cell: Any) -> Any:  # noqa: ANN401
    """The cell, or the cells, with not-a-number where there is nothing."""
    if isinstance(cell, list):
        return [filled(each) for each in cell]
    return float("nan") if cell in ("", None) else float(cell)


def is_rows(found: Any) -> bool:  # noqa: ANN401
    """Whether it is a list of rows, and not one row of numbers or words."""
    return isinstance(found, list) and any(isinstance(row, (list, dict, str)) for row in found)


def is_text(row: Any) -> bool:  # noqa: ANN401
    """Whether a row is a document."""
    return isinstance(row, str) or (isinstance(row, list) and not all(map(is_number, row)))


def is_header(rows: list[Any]) -> bool:
    """Whether the first row names the columns of numbers below it."""
    first = not any(map(is_number, rows[0])) if rows else False
    return first and len(rows) > 1 and all(map(is_number, rows[1]))


def is_number(cell: Any) -> bool:  # noqa: ANN401
    """Whether it is a number, or missing, or a list of such."""
    if cell in ("", None):
        return True
    try:
        float(cell)
    except (TypeError, ValueError):
        return isinstance(cell, list) and all(map(is_number, cell))
    return True


def oddity(frame: Any) -> str:  # noqa: ANN401
    """The first cell that is a word in a column of numbers; nothing where there is none."""
    for name in frame.columns:
        cells = [cell for cell in frame[name] if cell == cell]
        words = [cell for cell in cells if not is_number(cell)]
        if words and len(words) < len(cells):
            at = list(frame[name]).index(words[0]) + 1
            return f"row {at}, column {name!r}: {words[0]!r} is not a number"
    return ""


def model_file(folder: Path) -> Path:
    """The file to load; FileNotFoundError where the folder does not tell."""
    name = os.environ.get("SLIPWAY_MODEL_FILE")
    if name:
        return folder / name
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".joblib", ".pkl", ".pickle", ".sav")
    ]
    if len(found) != 1:
        raise FileNotFoundError(
            f"{folder} holds {len(found)} model files ({', '.join(path.name for path in found)}); "
            "set SLIPWAY_MODEL_FILE to the name of the one to serve"
        )
    return found[0]
