"""Plain values of pandas, numpy and the standard library, as their pickles name them.

What each called one does with its arguments was read in pandas 1.5 to 3.0: they make values of
numbers, text, arrays and classes of these lists, and call nothing that they are handed.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


_LIBS: Final = "pandas._libs"
_INDEXES: Final = _words(
    "base.Index category.CategoricalIndex datetimes.DatetimeIndex interval.IntervalIndex "
    "multi.MultiIndex numeric.Float64Index numeric.Int64Index numeric.UInt64Index "
    "period.PeriodIndex range.RangeIndex timedeltas.TimedeltaIndex frozen.FrozenList"
)
_ARRAYS: Final = _words(
    "boolean.BooleanArray boolean.BooleanDtype categorical.Categorical datetimes.DatetimeArray "
    "floating.FloatingArray floating.Float32Dtype floating.Float64Dtype integer.IntegerArray "
    "integer.Int8Dtype integer.Int16Dtype integer.Int32Dtype integer.Int64Dtype "
    "integer.UInt8Dtype integer.UInt16Dtype integer.UInt32Dtype integer.UInt64Dtype "
    "interval.IntervalArray numpy_.PandasArray numpy_.NumpyExtensionArray period.PeriodArray "
    "sparse.array.SparseArray sparse.dtype.SparseDtype string_.StringArray string_.StringDtype "
    "timedeltas.TimedeltaArray"
)
_DTYPES: Final = _words("Categorical DatetimeTZ Interval Numpy Pandas Period Sparse")
_TOP: Final = _words(
    "BooleanDtype Categorical CategoricalDtype CategoricalIndex DataFrame DatetimeIndex "
    "DatetimeTZDtype Float32Dtype Float64Dtype Index Int8Dtype Int16Dtype Int32Dtype Int64Dtype "
    "IntervalDtype IntervalIndex MultiIndex PeriodDtype PeriodIndex RangeIndex Series SparseDtype "
    "StringDtype TimedeltaIndex UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype "
    "arrays.BooleanArray arrays.DatetimeArray arrays.FloatingArray arrays.IntegerArray "
    "arrays.IntervalArray arrays.PeriodArray arrays.SparseArray arrays.StringArray "
    "arrays.TimedeltaArray arrays.NumpyExtensionArray"
)
_OFFSETS: Final = _words(
    "BYearBegin BYearEnd BQuarterBegin BQuarterEnd BusinessDay BusinessHour BusinessMonthBegin "
    "BusinessMonthEnd Day Hour Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin "
    "QuarterEnd Second SemiMonthBegin SemiMonthEnd Week YearBegin YearEnd"
)

MADE: Final = frozenset(
    {f"pandas.core.indexes.{name}" for name in _INDEXES}
    | {f"pandas.core.arrays.{name}" for name in _ARRAYS}
    | {f"pandas.core.dtypes.dtypes.{name}Dtype" for name in _DTYPES}
    | {f"pandas.{name}" for name in _TOP}
    | {
        "pandas.core.frame.DataFrame",
        "pandas.core.series.Series",
        "pandas.core.internals.managers.BlockManager",
        "pandas.core.internals.managers.SingleBlockManager",
        "collections.ChainMap",
        "collections.UserDict",
        "numpy.poly1d",
        "numpy.rec.recarray",
        "numpy.recarray",
        "uuid.UUID",
    }
)
NAMED: Final = frozenset(
    {
        "numpy.record",
        "zoneinfo.ZoneInfo",
        "pandas.NA",
        "pandas.NaT",
        f"{_LIBS}.missing.NA",
        "numpy.nan",
    }
)
# They are handed values only, classes of these lists included.
OF_VALUES: Final = frozenset(
    {f"{_LIBS}.tslibs.offsets.{name}" for name in _OFFSETS}
    | {
        f"{_LIBS}.internals._unpickle_block",
        f"{_LIBS}.interval.Interval",
        f"{_LIBS}.sparse.BlockIndex",
        f"{_LIBS}.sparse.IntIndex",
        f"{_LIBS}.tslibs.nattype.__nat_unpickle",
        f"{_LIBS}.tslibs.nattype._nat_unpickle",
        f"{_LIBS}.tslibs.period.Period",
        f"{_LIBS}.tslibs.timedeltas._timedelta_unpickle",
        f"{_LIBS}.tslibs.timestamps._unpickle_timestamp",
        "pandas.Interval",
        "pandas.Period",
        "pandas.PeriodDtype",
        "pandas.StringDtype",
        "pandas.core.dtypes.dtypes.PeriodDtype",
        "pandas.core.arrays.string_.StringDtype",
        "pandas.core.internals.managers.BlockManager",
        "pandas.core.internals.managers.SingleBlockManager",
        "collections.ChainMap",
        "datetime.time",
        "datetime.timezone",
        "fractions.Fraction",
        "operator.itemgetter",
        "pathlib.PosixPath",
        "pathlib.PurePosixPath",
        "pathlib._local.PosixPath",
        "pytz._UTC",
        "pytz._p",
        "re._compile",
        "types.SimpleNamespace",
    }
)
# They bring their first argument, a class of these lists, to life.
MAKERS: Final = frozenset(
    {
        f"{_LIBS}.arrays.__pyx_unpickle_NDArrayBacked",
        f"{_LIBS}.internals.__pyx_unpickle_BlockManager",
        "pandas.core.indexes.base._new_Index",
        "pandas.core.indexes.datetimes._new_DatetimeIndex",
        "pandas.core.indexes.interval._new_IntervalIndex",
        "pandas.core.indexes.timedeltas._new_TimedeltaIndex",
    }
)
