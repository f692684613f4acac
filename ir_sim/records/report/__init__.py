"""The program director's page: figures first (plain functions on arrays), then charts and page."""
