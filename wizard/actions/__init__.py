"""What a person may have done about a finding: previewed, confirmed, journaled as a run is."""
