"""Dates as they are written: for machines and for people, in many languages and calendars."""
