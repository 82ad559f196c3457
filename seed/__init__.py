"""A hospital to play with: a fictional RSUD in East Kalimantan, its people and three years of their records."""
