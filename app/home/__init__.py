"""The first page: of a workspace, what is due; of the service, what it is."""
