"""The addresses of records: pages for people, the API for programs."""
