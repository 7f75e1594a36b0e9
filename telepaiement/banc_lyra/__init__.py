"""Stand-alone stand-in for a bank of the Lyra family. The product never imports it."""
