"""The export drill: faults and kills by plan, and afterwards every invoice exactly once (spec X-5)."""
