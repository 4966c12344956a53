"""Which records somebody had before them lately: they come first where records are looked for."""
