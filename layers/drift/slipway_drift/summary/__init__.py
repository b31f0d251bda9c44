"""One window in one document, and what is told from it."""
