-- From now on tallies.sql counts operations without what the clock cost in their process. The times as
-- they were measured stay in `counted`, since filters ask for those.
INSERT INTO clock_costs SELECT unnest($processes::VARCHAR[]), unnest($costs::BIGINT[])
