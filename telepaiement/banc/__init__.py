"""Stand-alone Stripe bench: a program of its own, spoken to by HTTP only (decision 13).

It stands where Stripe would for the demonstration and the tests. Nothing imports it, it imports
nothing but the standard library, it listens on 127.0.0.1 only and keeps no card number.
"""
