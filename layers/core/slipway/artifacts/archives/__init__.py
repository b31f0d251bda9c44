"""Bytes out of bytes: archives and compressions, read forward, strictly and within a budget."""
