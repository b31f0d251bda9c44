"""Desired state, world, steps and the decision between them. Pure."""
