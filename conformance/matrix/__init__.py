"""Every adapter of this checkout, built and run, and what came out: `make matrix`.

    adapters/*/adapter.yaml ──adapters──▶ bench ──build, run──▶ record ──▶ results/*.json
                                                                               │
                           README.md, results/README.md ◀──words─┬─────────────┤
                                                                 └──page──▶ results/index.html

The results of an adapter are a function of its version and of the suite: no time, no machine.  The
pages are a function of the results, the suite, and what people wrote beside the adapters.
"""
