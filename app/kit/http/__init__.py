"""An HTTP client for addresses that strangers type: which ones are allowed, and the calls."""
