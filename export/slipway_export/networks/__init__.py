"""MXNet's symbols, read and computed with numpy: what exports are held against."""
