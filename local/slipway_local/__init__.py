"""The embedded cloud: the deployed template, on one machine, without AWS."""
