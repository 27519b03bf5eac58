"""The mappings that come with the product, each a TOML file to use as it is or to copy for another layout."""
