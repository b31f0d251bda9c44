"""`slipway demo`: the product at work, from an upload to served predictions, on this machine."""
