"""The steps of a run: discover, fetch, load.

Plain functions over ids. Each leaves the database in a state from which any run can go on, so a step may be killed, run
again, or run on another machine.
"""
