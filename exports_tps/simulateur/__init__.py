"""Stand-alone treasury: answers PES_Aller files as a tiers de télétransmission and Hélios would.

It shares no code with `exports_tps.pes`: both must agree through the format alone.
"""
