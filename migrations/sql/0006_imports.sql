-- Imports in the background.
select 1;
