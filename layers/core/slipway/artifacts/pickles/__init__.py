"""Pickles, judged by an inert machine."""
