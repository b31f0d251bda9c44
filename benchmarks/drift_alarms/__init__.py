"""How often drift tools cry on healthy windows, and how many rows they need for a real change."""
