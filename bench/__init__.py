"""What a person waits for and what a workspace costs, measured on a server of the bench's own.

Run by `./zuke bench`; the limits are those of the design's page on performance, and
`docs/performance.md` says what stands between them and the figures.
"""
