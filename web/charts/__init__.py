"""The pictures on the pages: drawn on the server as SVG, each with its numbers beside it as a table."""
