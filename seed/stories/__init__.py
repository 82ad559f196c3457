"""What happens to people: each story writes visits of one kind into a chart."""
