-- Give a place back, note whether it was held for long, and wake whoever dispatches if somebody waits for a place.
-- KEYS: places, "wanted", the bell, whether the line is slow. ARGV: the place, 1 if it took long, milliseconds for which
-- that is remembered.
redis.call('ZREM', KEYS[1], ARGV[1])
if ARGV[2] == '1' then redis.call('SET', KEYS[4], '1', 'PX', ARGV[3]) else redis.call('DEL', KEYS[4]) end
if redis.call('DEL', KEYS[2]) == 1 and redis.call('LLEN', KEYS[3]) == 0 then redis.call('RPUSH', KEYS[3], '1') end
return 1
