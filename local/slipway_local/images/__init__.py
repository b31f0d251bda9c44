"""Images: what runs behind an image URI, as a process instead of a container."""
