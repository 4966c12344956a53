"""Changes that somebody has to approve first: rules, requests, who decides."""
