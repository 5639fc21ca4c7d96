"""A local gateway that Intacct clients accept: for demo, tests and benchmarks (spec 8).

It knows nothing of Django or of ReconPro's client, so that neither can bless the other's mistakes.
Read it in the order in which a request travels: server, gateway, envelope, sessions, reading and
ledger, answers; world, tables, seed and changes hold the companies; control and faults are the
side door by which tests and the demo change them.
"""
