"""What assistants may ask of Theriac, and the shapes of the answers; `doors/mcp_server.py` speaks the protocol."""
