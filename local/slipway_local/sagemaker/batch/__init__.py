"""What a transform job does with its objects: records in, payloads out, answers put together."""
