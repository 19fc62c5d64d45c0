"""Theriac: an open drug-intelligence database that you run yourself."""
