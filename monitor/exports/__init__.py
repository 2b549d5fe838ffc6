"""Documents that other programs read: one format a module, each with its library."""
