-- Callbacks and retry rules.
select 1;
