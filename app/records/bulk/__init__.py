"""Changes of many records as one batch: asked for, counted before, told after, taken back."""
