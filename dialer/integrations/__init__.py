"""What leaves the process, one folder per outside thing. Implements `dialer.ports`."""
