"""What is owed, in chapters. Each is a table of rules, and the first that holds names the step."""
