"""Model quality: predictions against what came true."""
