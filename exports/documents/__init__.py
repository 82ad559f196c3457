"""One file for each document: from a chart to its sheet, pure."""
