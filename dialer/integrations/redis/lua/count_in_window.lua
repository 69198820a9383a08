-- Count one more (or none) in the window of a key: {count, milliseconds until the window ends}.
-- The expiry is set together with the first count, so no key can live for ever.
local counted = tonumber(redis.call('GET', KEYS[1]) or '0')
if ARGV[2] == '1' then
  counted = redis.call('INCR', KEYS[1])
end
local left = redis.call('PTTL', KEYS[1])
if counted > 0 and left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
if left < 0 then left = tonumber(ARGV[1]) end
return {counted, left}
