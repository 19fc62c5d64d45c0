"""The only place that knows SQL and files: the catalog, the version log's segments, and the read index over them."""
