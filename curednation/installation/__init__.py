"""Installing a clinic: what has to be known, its environment file, its database, its first rows."""
