"""Verbs: decide and write. A module is a noun, a function a verb.

A *step* opens one transaction and commits or leaves no trace; a *part* needs an open one; a *flow*
opens none and calls steps and adapters in turn, so that no connection is held during a call.
"""
