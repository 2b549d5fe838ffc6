"""What is served over HTTP: one page on which a reader calls a story a false alarm."""
