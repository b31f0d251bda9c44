"""Slipway's drift engine: datasets in, Model Monitor documents out."""
