"""The guarded network: which addresses may be asked, what may be said of a URL. Start at `client`."""
