"""What an index backfill plan must fulfil: pure functions of the plan and of what was found.

Each refusal carries the ID of the check that it belongs to. Nothing here reads a file, asks a store, or
knows the time; `enumeration` alone reads, through a snapshot.
"""
