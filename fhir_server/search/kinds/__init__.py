"""The kinds of search parameters: each has its `index` and its `match`. https://hl7.org/fhir/R4/search.html#ptypes"""
