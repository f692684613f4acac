"""Alembic migrations of the score log, shipped inside the package."""
