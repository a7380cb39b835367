"""What screens show and do, without any screen: answers on a desk, a connection, looks and runs."""
