"""My space: my cases with their live timeline, results and rating side by side."""
