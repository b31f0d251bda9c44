"""Slipway: event-driven releases of machine-learning models on SageMaker."""
