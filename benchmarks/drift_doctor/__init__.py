"""What it costs to examine a baseline, and how often a sound one is found fault with."""
