"""Figures, as ratios and counts where they can be: `python -m benchmarks` prints them all."""
