"""Models leave: from an artifact, never trusted, to files that need no SageMaker to be read."""
