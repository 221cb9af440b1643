"""The board's pages: everything that was approved and done, nothing that anybody said."""
