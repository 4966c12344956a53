"""How a firm's mails leave: by its own mail server or the service's, signed for its domains."""
