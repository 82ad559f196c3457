"""The wire formats of a resource. https://hl7.org/fhir/R4/formats.html"""
