"""A worker of a search: trains segments by a user's class, as docs/worker-protocol.md says.

A search starts it by `python -m swift_pba.worker` and speaks to it on its standard input and output.
"""
