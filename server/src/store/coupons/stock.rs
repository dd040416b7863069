//! What is limited of rewards: how many there are, how often one member can have one, and codes that were uploaded.
