"""What people see, and the only room that knows there is a web; every audience is an app of its own."""
