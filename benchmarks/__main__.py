"""`python -m benchmarks`: the product's own figures. The engines' comparisons with their peers,
which take longer, are started by name: see docs/artifacts.md and docs/drift.md."""

from benchmarks import batch, imports, layers, release, simulation

for benchmark in (layers, imports, release, batch, simulation):
    print(f"\n# {benchmark.__name__}\n{benchmark.__doc__}")
    benchmark.main()
