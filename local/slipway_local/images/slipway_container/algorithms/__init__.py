"""SageMaker's built-in algorithms, computed with numpy."""
