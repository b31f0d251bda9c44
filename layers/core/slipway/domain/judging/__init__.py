"""Whether a candidate is as good as what it shall replace, by a test that may be looked at as often
as one likes."""
