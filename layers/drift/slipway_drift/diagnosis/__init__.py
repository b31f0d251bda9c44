"""Above the findings: the one cause that explains many of them."""
