"""Contamination: pairs that are, or hold, an item of a benchmark the dataset will be judged by.

`fingerprints` makes the hashes of an item, `index` compares a text with those of all items,
`registry` brings benchmarks in, `waivers` records who let a pair stay, and checks a release.
"""
