"""SageMaker on one machine: real shapes, real statuses, really served models."""
