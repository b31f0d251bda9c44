"""The frameworks' own files: what one says of itself, without its framework."""
