"""Compare our établissements with an extract of the register: load, compare, tell."""
