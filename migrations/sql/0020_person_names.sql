-- How names are compared when people are looked for: letters of any script, small ones like capitals, by their code and
-- not by the rules of one country, whatever the database's own collation is. PostgreSQL has had that built in since 17;
-- before, the operating system's library knows it.
do $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        create collation person_names (provider = builtin, locale = 'C.UTF-8');
    else
        create collation person_names (provider = libc, locale = 'C.UTF-8');
    end if;
end
$$;
