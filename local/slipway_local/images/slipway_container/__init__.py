"""What runs inside a container: standard library and the image's own packages only.

It is imported from its folder by the image's interpreter, so it imports nothing of the rest.
"""
