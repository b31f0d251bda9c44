"""Untrusted bytes in, facts out: what an uploaded artifact is, without trusting it."""
