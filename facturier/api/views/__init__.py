"""Resources of the API, its documentation, and the pages of keys and webhooks."""
