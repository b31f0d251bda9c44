"""DuckDB doing what SQL can of the same profile: no KLL sketch, its own distinct counts."""

# ruff: noqa: S608 - the names in the queries are those of the benchmark's own columns

from __future__ import annotations

import sys

import duckdb

INTEGRAL = r"[-+]? ?[0-9]+"
FRACTIONAL = r"[-+]? ?[0-9]+(\.[0-9]+|(\.[0-9]+)?[Ee][-+]?[0-9]+)"

baseline = sys.argv[2]
cloud = duckdb.connect(config={"threads": 2})
cloud.execute(f"create table t as select * from read_csv('{baseline}', all_varchar=true)")
names = [row[0] for row in cloud.execute("describe t").fetchall()]
parts = []
for name in names:
    parts += [
        f"count({name})",
        f"count(*) filter (regexp_full_match({name}, '{INTEGRAL}'))",
        f"count(*) filter (regexp_full_match({name}, '{FRACTIONAL}'))",
        f"approx_count_distinct({name})",
    ]
held = cloud.execute(f"select {', '.join(parts)} from t").fetchone() or ()
numeric, few = [], []
for i, name in enumerate(names):
    present, integral, fractional, distinct = held[4 * i : 4 * i + 4]
    if integral + fractional == present:
        numeric.append(name)
    elif distinct <= 120:
        few.append(name)
parts = []
for name in numeric:
    value = f"try_cast({name} as double)"
    parts += [f"{f}({value})" for f in ("sum", "avg", "stddev_pop", "min", "max")]
    parts.append(f"approx_quantile({value}, [0.1, 0.25, 0.5, 0.75, 0.9])")
cloud.execute(f"select {', '.join(parts)} from t").fetchone()
for name in few:
    cloud.execute(f"select {name}, count(*) from t group by 1").fetchall()
print(len(numeric), "numeric,", len(few), "categorical")
