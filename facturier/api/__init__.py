"""The API of suppliers: keys, resources under `/api/v1/`, webhooks."""
