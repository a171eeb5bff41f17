"""What the public pages say of the clinic: who sees patients, where, at what price."""
