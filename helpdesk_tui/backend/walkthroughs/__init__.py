"""Guided walkthroughs: what they are made of, how their files are read, and where a run stands. Pure, all of it."""
