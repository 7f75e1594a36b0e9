"""Tags that the pages of other applications show of what the treasury answered."""
