"""Pictures of every page, taken of the demo by the tests' own browser; `make pictures`.

The clock stands still and chance is seeded, so that the same code gives the same pictures. All of
them go to `build/pictures`, to be looked at; the few that README and docs show go to `docs/img`.
"""
