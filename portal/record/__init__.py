"""My record: what the hospital knows of a patient, as that person may see it."""
