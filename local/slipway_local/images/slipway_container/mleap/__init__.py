"""Spark's pipelines as MLeap bundles."""
