"""What is drawn rather than typed: the monitor, the vital signs, the plan, the strips."""
