"""Demandes de modification: how a datum of a supplier changes, from the request to the change."""
