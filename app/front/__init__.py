"""The service's own pages for everybody: what it is, signing up, finding one's workspace."""
