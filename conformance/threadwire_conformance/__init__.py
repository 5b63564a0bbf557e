"""Suite in, verdict out: the conformance kit of threadwire."""
