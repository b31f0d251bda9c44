"""Everything this project knows about the inside of MiniStack 1.5.33, which is pinned.

Only the cloud's own process imports these modules: MiniStack reads its environment when it is
imported. Each place where its inside is touched says why, and tests/local/test_ministack.py
holds a test that fails when an upgrade changes it.
"""
