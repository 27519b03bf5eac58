"""Decision logs and charters of other systems: CSV files in any layout, read by a mapping, written as entries."""
