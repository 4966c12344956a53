"""What insight reckons and keeps."""
