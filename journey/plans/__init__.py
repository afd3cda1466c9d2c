"""The plan: deadlines, ladders and limits as data, from the file that people write to the plan of one case."""
