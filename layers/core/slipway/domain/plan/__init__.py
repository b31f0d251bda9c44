"""What a desired state means on SageMaker: one file a kind of thing that should exist."""
