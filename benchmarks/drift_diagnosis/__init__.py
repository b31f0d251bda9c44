"""Whether diagnoses are right, and how often there is one where nothing is wrong."""
