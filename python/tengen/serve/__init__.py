"""``python -m tengen.serve`` lets the program `tengen` train on Gymnasium's environments (docs/protocol.md)."""
