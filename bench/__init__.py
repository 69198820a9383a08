"""The benchmarks: `python -m bench [NAME…]`. Each measures one budget of the product on real servers."""
