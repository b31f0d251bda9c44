"""What runs in the sandbox, because it loads a model: programs, and what they need."""
