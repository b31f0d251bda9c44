"""A baseline examined before anything is compared with it: what is wrong, and what helps."""
