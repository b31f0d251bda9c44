"""TensorFlow Serving's answers."""
