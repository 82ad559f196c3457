"""From a sheet to the bytes of a PDF: pure, in a process of its own, with reportlab."""
