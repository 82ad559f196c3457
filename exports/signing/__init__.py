"""Electronic signatures on PDF files: the port, and what stands behind it."""
