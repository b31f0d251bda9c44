"""Images that run a user's script, or a framework's defaults in its place."""
