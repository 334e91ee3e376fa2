"""What the checks of this repository need beside the libraries; not part of the product."""
