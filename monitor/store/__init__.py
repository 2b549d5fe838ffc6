"""Everything durable; the only SQL. Start at `database`, then `schema`."""
