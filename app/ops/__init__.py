"""What machines ask of the service: is it alive, is it ready, how does it do."""
