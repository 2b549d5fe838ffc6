"""What watching feeds costs, beside other readers and a bare client: `make bench-peers`."""
