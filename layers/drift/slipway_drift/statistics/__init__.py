"""What is known of rows: sketches, counts, moments, and Model Monitor's document of them."""
