"""Maps the incidents that news reports tell of."""
