-- Tenants' rules and proofs.
select 1;
