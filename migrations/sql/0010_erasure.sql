-- Erasure, retention and bulk changes.
select 1;
