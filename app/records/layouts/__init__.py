"""Layouts: which fields a form and a record's page show, in which order and sections."""
