"""All time zones, five years of their clocks: nothing outside its window, nothing missed, nothing double.

`clocks` reads the wall clocks of every zone and says from them alone what is to be expected; nothing there knows
`kairos.domain.moments`. Zones whose clocks show the same at every second of the span are one clock (599 zones are some 70
clocks): each clock goes through `decide` at each of its transitions, each zone by its name through `moments`, and through
`decide` on the leap days.
"""
