"""A seed of one document in the place of the demo hospital."""
