"""MXNet's networks, read and computed with numpy."""
