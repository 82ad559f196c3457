"""My rights: who opened the record, what was agreed to, what was asked of the hospital."""
