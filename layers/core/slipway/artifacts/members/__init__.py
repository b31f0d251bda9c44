"""One member of an archive: who reads it, and what it tells of the whole."""
