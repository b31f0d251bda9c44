"""Read Parquet, each value as the text it would have in CSV.

Not-a-number in a float column is null, as most writers mean it; an infinity stays a literal that
is no number. Nested columns are refused.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

import polars as pl
from polars.exceptions import PanicException, PolarsError

from slipway_drift.errors import DriftError
from slipway_drift.rows.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS: Final = 200_000


def read_parquet(stream: IO[bytes]) -> Iterator[Batch]:
    """Yield the rows in their order; DriftError where the file is no Parquet or not flat."""
    try:
        scan = pl.scan_parquet(stream)
        schema = scan.collect_schema()
        refuse_nested(schema)
        rows = scan.select(pl.len()).collect().item()
        for start in range(0, max(rows, 1), ROWS):
            yield Batch(scan.slice(start, ROWS).collect().select(texts(schema)))
    except (PolarsError, PanicException, OSError) as error:
        raise DriftError(f"the file cannot be read as Parquet: {first_line(error)}") from error


def refuse_nested(schema: pl.Schema) -> None:
    for name, kind in schema.items():
        if kind.is_nested() or kind == pl.Binary or kind == pl.Object:
            raise DriftError(f"column {name!r} is {kind}: flatten it, or leave it out")


def texts(schema: pl.Schema) -> list[pl.Expr]:
    return [
        (pl.col(name).fill_nan(None) if kind.is_float() else pl.col(name)).cast(pl.String)
        for name, kind in schema.items()
    ]


def first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
