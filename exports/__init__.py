"""The record leaves as a file: what the hospital prints, made from FHIR resources alone, signed and verifiable."""
