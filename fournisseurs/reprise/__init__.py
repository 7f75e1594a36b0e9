"""Take over suppliers and debtors from a file: read, check by columns, write in batches."""
