"""Commands of `telepaiement`."""
