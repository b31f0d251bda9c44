"""What must hold, and whether it does: Model Monitor's checks, and Slipway's own beside them."""
