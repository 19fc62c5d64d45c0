"""The service: pages, REST, MCP and feeds of one home over HTTP. Flows in: requests. Flows out: what `api` answers. No logic, no SQL."""
