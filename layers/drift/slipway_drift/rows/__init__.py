"""Rows on their way in: files and captures, read."""
