"""The product's command line: one small file per command, dispatched by `main`."""
