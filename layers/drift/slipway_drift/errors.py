"""What the engine refuses, and why."""

from __future__ import annotations


class DriftError(ValueError):
    """The input cannot be judged; the message names the field, the value and the remedy."""
