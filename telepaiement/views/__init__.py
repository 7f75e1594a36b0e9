"""Pages, by public: payers, counters, staff; and the address of the gateway's notifications."""
