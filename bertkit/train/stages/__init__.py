"""Ways to learn, one file each: where the rows come from and how wrong the network is, behind one interface."""
