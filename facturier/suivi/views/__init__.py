"""Screens of invoice tracking, by reader: supplier, public, finance staff."""
