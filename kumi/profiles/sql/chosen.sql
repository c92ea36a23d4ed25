-- What tallies.sql and distributions.sql read of the table `counted`, where a warehouse makes the figures.

-- What is taken out of operations, by process; nothing where times are raw.
CREATE TABLE clock_costs (of_process VARCHAR, cost BIGINT);

-- The filtered events of one kind, by their times without what the clock cost. Filters ask for the
-- times as they were measured, before they are counted.
CREATE MACRO chosen(of_kind, free) AS TABLE
SELECT * REPLACE (greatest(ns - coalesce(cost, 0), 0) AS ns)
FROM counted
LEFT JOIN clock_costs
  ON of_process = process AND kind = '"vm_operation"' AND NOT list_contains(free, "name")
WHERE kind = of_kind AND ns IS NOT NULL;
