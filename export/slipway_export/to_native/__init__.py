"""The frameworks' own present-day formats, written without the frameworks."""
