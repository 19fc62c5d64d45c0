"""`theriac mcp`: the MCP server for assistants, over standard input and output.

Flows in: a home. Flows out: the protocol's messages and nothing else on standard output.
"""

from theriac.doors.door import Home, opened


def mcp(home: Home = None) -> None:
    """Serve assistants over MCP by standard input and output: search, profiles, regimens, check, status, changes, compare, alerts."""
    from theriac.doors.mcp_server import serve_stdio  # the protocol's packages are slow to import and no other command needs them

    with opened(home, create=True) as store:
        store.begin()
        serve_stdio(store)
