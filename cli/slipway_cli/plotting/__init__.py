"""A network as a picture: layers worded, stacked into cards, placed, drawn as SVG."""
