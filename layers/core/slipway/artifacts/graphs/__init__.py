"""The network in an artifact, as a graph that can be drawn."""
