"""Journals of whole runs as they were once recorded; see record.py."""
