-- Put planned calls into a tenant's line at an account, behind those that wait there, and wake whoever dispatches.
-- KEYS: the line, the names of lines in which somebody waits, spacings by account, places, the bell.
-- ARGV: the line's name, its account, microseconds between two starts of that, microseconds after which the message of
-- an admitted call that is still planned counts as lost, then the calls.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local joined = 0
for i = 5, #ARGV do
  local place = ARGV[1] .. '|' .. ARGV[i]
  local since = redis.call('ZSCORE', KEYS[4], place)
  if not since or now - since > tonumber(ARGV[4]) then
    redis.call('ZREM', KEYS[4], place)
    joined = joined + redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', now + i), ARGV[i])
  end
end
if joined == 0 then return 0 end
redis.call('PEXPIRE', KEYS[1], 60000)
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], 86400000)
if redis.call('LLEN', KEYS[5]) == 0 then redis.call('RPUSH', KEYS[5], '1') end
return joined
